using Microsoft.Extensions.Logging;

namespace Cairn.Artifacts;

internal static partial class SpoolLog
{
    public static void StagedLeft(ILoggerFactory factory, ArtifactPath path, Exception exception) => StagedLeft(factory.CreateLogger("Cairn.Artifacts"), path, exception);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "What a failed save staged at {Path} could not be removed")]
    private static partial void StagedLeft(ILogger logger, ArtifactPath path, Exception exception);
}
