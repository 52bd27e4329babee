using Cairn.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Errors;

/// <summary>Logs the requests that a driver retries: the first two failures of a request as information, and further ones as warnings.</summary>
internal static partial class ServiceRetries
{
    /// <summary>The category of the log entries.</summary>
    public const string Category = "Cairn.ServiceRetries";

    private const int Passing = 2;

    /// <summary>Returns a delegate that writes the entries, or null if they are not logged.</summary>
    public static Action<RetryNotice>? Teller(ILoggerFactory factory)
    {
        if (ReferenceEquals(factory, NullLoggerFactory.Instance))
            return null;
        var logger = factory.CreateLogger(Category);
        return notice => SentAgain(logger, notice.Failed > Passing ? LogLevel.Warning : LogLevel.Information, notice.Service, notice.Reason, notice.Failed, notice.Until);
    }

    [LoggerMessage(EventId = 1, Message = "{Service}: {Reason} ({Failed} times); the request is sent again until {Until:HH:mm:ss}Z")]
    private static partial void SentAgain(ILogger logger, LogLevel level, string service, string reason, int failed, DateTimeOffset until);
}
