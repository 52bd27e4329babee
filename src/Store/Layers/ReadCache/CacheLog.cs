using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

internal static partial class CacheLog
{
    [LoggerMessage(20, LogLevel.Warning, "The read cache below {Folder} cannot be used; reads go to the store")]
    public static partial void Unusable(this ILogger logger, Exception exception, string folder);

    [LoggerMessage(21, LogLevel.Information, "The read cache could not {Action} an entry; the read goes on without it")]
    public static partial void Trouble(this ILogger logger, Exception exception, string action);

    [LoggerMessage(22, LogLevel.Warning, "The read cache held a damaged entry, which was removed; the read goes on from the store")]
    public static partial void Damaged(this ILogger logger);
}
