using Microsoft.Extensions.Logging;

namespace Cairn.Artifacts.Chunking;

internal static partial class ChunkLog
{
    public static void IndexLeftOut(ILoggerFactory factory, StorePath path) => IndexLeftOut(factory.CreateLogger("Cairn.Artifacts"), path);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "The index of chunks at {Path} is damaged; nothing is deduplicated against it")]
    private static partial void IndexLeftOut(ILogger logger, StorePath path);
}
