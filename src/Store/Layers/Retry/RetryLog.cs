using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

internal static partial class RetryLog
{
    [LoggerMessage(10, LogLevel.Information, "{Operation} on {Scheme}://{Container} failed with {Error}; attempt {Next} of {Most} in {Seconds:0.000} s")]
    public static partial void Retrying(this ILogger logger, string operation, string scheme, string container, StoreErrorCode error, int next, int most, double seconds);

    [LoggerMessage(11, LogLevel.Warning, "{Operation} on {Scheme}://{Container} failed with {Error} and is not tried again: {Why}")]
    public static partial void GivingUp(this ILogger logger, string operation, string scheme, string container, StoreErrorCode error, string why);
}
