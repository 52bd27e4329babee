using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Cairn.Catalog.Recording;

/// <summary>Writes log messages into the log of a task, and passes them on to the logger of the program.</summary>
internal sealed class StepLogger(LogBuffer buffer, ILogger next, TimeProvider time) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => next.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None || next.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (logLevel is >= LogLevel.Information and < LogLevel.None)
        {
            var now = time.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
            buffer.Append($"{now} {LevelOf(logLevel)} {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");
        }
        if (next.IsEnabled(logLevel))
            next.Log(logLevel, eventId, state, exception, formatter);
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
