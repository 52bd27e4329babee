using Microsoft.Extensions.Logging;

namespace Cairn.Artifacts;

internal static partial class SpoolLog
{
    public static void StagedLeft(ILoggerFactory factory, StorePath path, Exception exception) => StagedLeft(factory.CreateLogger("Cairn.Artifacts"), path, exception);

    public static void NotRecorded(ILoggerFactory factory, StorePath path, Exception exception) => NotRecorded(factory.CreateLogger("Cairn.Artifacts"), path, exception);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "That a file was checked could not be recorded at {Path}; the next process checks it again")]
    private static partial void NotRecorded(ILogger logger, StorePath path, Exception exception);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A file that a failed save staged at {Path} could not be removed")]
    private static partial void StagedLeft(ILogger logger, StorePath path, Exception exception);
}
