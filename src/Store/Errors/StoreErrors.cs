using Cairn.Providers;

namespace Cairn.Errors;

/// <summary>The one place where a driver's exception becomes a <see cref="StoreException"/> that says what was tried on what.</summary>
/// <remarks>
/// Used as an exception filter: <c>catch (Exception e) when (StoreErrors.IsRaw(e, …)) { throw StoreErrors.Wrap(…); }</c>. The filter adds the context to an exception
/// that is one already and lets it pass, so its stack stays whole and nothing is wrapped twice.
/// </remarks>
internal static class StoreErrors
{
    /// <summary>True when the exception is to be wrapped. Cancellation that was asked for and misuse pass; one that is wrapped already gets its context and passes.</summary>
    public static bool IsRaw(Exception exception, string operation, StoreUri uri, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case OperationCanceledException:
                return !cancellationToken.IsCancellationRequested;
            case StoreException known:
                known.WithContext(operation, uri);
                return false;
            default:
                return exception is not (ArgumentException or ObjectDisposedException or OutOfMemoryException);
        }
    }

    /// <summary>Wraps an exception for which <see cref="IsRaw"/> holds.</summary>
    public static StoreException Wrap(StoreDriver driver, Exception exception, string operation, StoreUri uri) =>
        new StoreException(Classify(driver, exception), exception).WithContext(operation, uri);

    /// <summary>What the driver says of an exception; a cancellation that nobody asked for is a time-out.</summary>
    public static StoreFault Classify(StoreDriver driver, Exception exception)
    {
        if (exception is StoreException)
            return StoreFaults.FromBaseLibrary(exception);
        var fault = driver.Classify(exception);
        return exception is OperationCanceledException && fault.Code == StoreErrorCode.Unknown
            ? new StoreFault(StoreErrorCode.Unavailable, "the store did not answer in time")
            : fault;
    }
}
