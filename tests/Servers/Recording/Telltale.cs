using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace Cairn.TestServers.Recording;

/// <summary>Hears everything that a process tells of itself: the events of every source at the most verbose level, every span and every measurement of every
/// library, and what is logged to it.</summary>
public sealed class Telltale : EventListener, ILoggerFactory, ILogger
{
    /// <summary>The runtime's own traces: of types and threads, more than a test can hold; and of the bytes on each connection, where secrets are by design.</summary>
    private static readonly string[] _deaf = ["Microsoft-Windows-DotNETRuntime", "System.Threading.Tasks.TplEventSource", "System.Buffers.ArrayPoolEventSource", "Private.InternalDiagnostics."];

    private readonly ConcurrentQueue<string> _texts = new();
    private readonly ConcurrentDictionary<string, long> _sources = new();
    private readonly ActivityListener _spans;
    private readonly MeterListener _measurements = new();

    /// <summary>Begins to listen.</summary>
    public Telltale()
    {
        _spans = new()
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_spans);
        _measurements.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _measurements.SetMeasurementEventCallback<double>((i, _, tags, _) => Measured(i, tags));
        _measurements.SetMeasurementEventCallback<float>((i, _, tags, _) => Measured(i, tags));
        _measurements.SetMeasurementEventCallback<long>((i, _, tags, _) => Measured(i, tags));
        _measurements.SetMeasurementEventCallback<int>((i, _, tags, _) => Measured(i, tags));
        _measurements.Start();
    }

    /// <summary>What was heard so far.</summary>
    public IReadOnlyCollection<string> Texts => _texts;

    /// <summary>Who told it and how often: <c>event NAME</c>, <c>span NAME</c>, <c>metric NAME</c> and <c>log</c>.</summary>
    public IReadOnlyDictionary<string, long> Sources => _sources;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _spans.Dispose();
        _measurements.Dispose();
        base.Dispose();
    }

    void ILoggerFactory.AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This factory is the provider.");

    ILogger ILoggerFactory.CreateLogger(string categoryName) => this;

    IDisposable? ILogger.BeginScope<TState>(TState state)
    {
        Heard("log", $"{state}");
        return null;
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Heard("log", $"{formatter(state, exception)} {Joined(state as IEnumerable<KeyValuePair<string, object?>> ?? [])} {exception}");

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (!_deaf.Any(name => eventSource.Name.StartsWith(name, StringComparison.Ordinal)))
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_texts is not null && _sources is not null)
            Heard("event " + eventData.EventSource.Name, $"{eventData.Message} {string.Join(' ', eventData.Payload?.Select(Shown) ?? [])}");
    }

    private static string Shown(object? value) => value is byte[] bytes ? System.Text.Encoding.Latin1.GetString(bytes) : $"{value}";

    private static string Joined(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.Select(static t => $"{t.Key}={t.Value}"));

    private void Stopped(Activity span) => Heard(
        "span " + span.Source.Name,
        $"{span.DisplayName} {span.StatusDescription} {Joined(span.TagObjects)} {Joined(span.Baggage.Select(static b => new KeyValuePair<string, object?>(b.Key, b.Value)))} {string.Join(' ', span.Events.Select(static e => e.Name + " " + Joined(e.Tags)))}");

    private void Measured(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Heard("metric " + instrument.Meter.Name, $"{instrument.Name} {Joined(tags.ToArray())}");

    private void Heard(string source, string text)
    {
        _sources.AddOrUpdate(source, 1, static (_, n) => n + 1);
        _texts.Enqueue(text);
    }
}
