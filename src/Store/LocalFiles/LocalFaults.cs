using Cairn.Providers;

namespace Cairn.LocalFiles;

/// <summary>Classifies exceptions on local files that are the source or target of a transfer.</summary>
public static class LocalFaults
{
    /// <summary>Returns the fault for an exception of the base library.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="file">The full name of the file, for the reason.</param>
    public static StoreFault Of(Exception exception, string file)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var fault = StoreFaults.FromBaseLibrary(exception);
        var reason = exception is IOException && fault.Code == StoreErrorCode.Unknown ? exception.Message.Split('\n', 2)[0].TrimEnd('.') : $"'{file}': {fault.Reason}";
        return fault with { Reason = reason };
    }
}
