using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Cli;

/// <summary>
/// Prints which service a command is waiting for, why and until when: from the third failure of a request on, and at most once every few seconds. With
/// --verbose, prints every retry.
/// </summary>
internal sealed class RetryNotes(Session session) : ILoggerFactory, ILogger
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private long? _last;

    public ILogger CreateLogger(string categoryName) => categoryName == "Cairn.ServiceRetries" ? this : NullLogger.Instance;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (session.IsVerbose ? LogLevel.Information : LogLevel.Warning);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        lock (_lock)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (!session.IsVerbose && _last is { } last && TimeProvider.System.GetElapsedTime(last, now) < Pause)
                return;
            _last = now;
            session.Note($"note: {formatter(state, exception)}");
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
