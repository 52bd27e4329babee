using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>What exceptions on local files mean, when the local file is not the store but the other end.</summary>
internal static class LocalFaults
{
    public static StoreFault Of(Exception exception, string file)
    {
        var fault = StoreFaults.FromBaseLibrary(exception);
        var reason = exception is IOException && fault.Code == StoreErrorCode.Unknown ? exception.Message.Split('\n', 2)[0].TrimEnd('.') : $"'{file}': {fault.Reason}";
        return fault with { Reason = reason };
    }
}
