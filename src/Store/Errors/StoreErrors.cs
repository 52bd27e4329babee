using Cairn.Providers;

namespace Cairn.Errors;

/// <summary>Decides which exceptions become a <see cref="StoreException"/>, and what they mean.</summary>
internal static class StoreErrors
{
    /// <summary>True for exceptions to translate. A requested cancellation, misuse and a lack of memory are not.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => exception is not (ArgumentException or ObjectDisposedException or OutOfMemoryException),
    };

    /// <summary>Returns the driver's classification of an exception; a cancellation that was not requested is a timeout.</summary>
    public static StoreFault Classify(StoreDriver driver, Exception exception)
    {
        if (exception is StoreException)
            return StoreFaults.FromBaseLibrary(exception);
        var fault = driver.Classify(exception);
        return exception is OperationCanceledException && fault.Code == StoreErrorCode.Unknown
            ? new StoreFault(StoreErrorCode.Unavailable, "the store did not respond in time")
            : fault;
    }
}
