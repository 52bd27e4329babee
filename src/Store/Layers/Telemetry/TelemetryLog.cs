using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

internal static partial class TelemetryLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Operation} {Path} on {Root}: done in {Seconds:0.000} s, {Bytes} bytes")]
    public static partial void Done(this ILogger logger, string operation, string path, StoreUri root, double seconds, long bytes);

    [LoggerMessage(2, LogLevel.Debug, "{Operation} {Path} on {Root}: {Error} after {Seconds:0.000} s")]
    public static partial void Refused(this ILogger logger, Exception exception, string operation, string path, StoreUri root, string error, double seconds);

    // No path and no exception text above debug level: paths are the users' data, and a service's message may quote them.
    [LoggerMessage(3, LogLevel.Warning, "{Operation} on {Scheme}://{Container}: {Error} after {Seconds:0.000} s (request {RequestId})")]
    public static partial void Failed(this ILogger logger, string operation, string scheme, string container, string error, double seconds, string? requestId);
}
