using Cairn.Providers;

namespace Cairn.LocalFiles;

/// <summary>The meaning of exceptions on local files, where the local file is not the store but the other end.</summary>
public static class LocalFaults
{
    /// <summary>The fault that an exception of the base library is.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="file">The file's full name, for the reason.</param>
    public static StoreFault Of(Exception exception, string file)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var fault = StoreFaults.FromBaseLibrary(exception);
        var reason = exception is IOException && fault.Code == StoreErrorCode.Unknown ? exception.Message.Split('\n', 2)[0].TrimEnd('.') : $"'{file}': {fault.Reason}";
        return fault with { Reason = reason };
    }
}
