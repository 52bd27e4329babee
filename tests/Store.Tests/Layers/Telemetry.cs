using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cairn.Layers;
using Microsoft.Extensions.Logging;

namespace Cairn.Tests.Layers;

/// <summary>Listens to what stores tell, of one scheme alone, so that tests side by side do not meet.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public Telemetry(string container)
    {
        _activities = new()
        {
            ShouldListenTo = s => s.Name == StoreInstruments.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a =>
            {
                if (container.Equals(a.GetTagItem("cairn.store.container")))
                    Spans.Enqueue(a);
            },
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == StoreInstruments.SourceName)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((i, v, tags, _) => Note(i, v, tags, container));
        _meters.SetMeasurementEventCallback<long>((i, v, tags, _) => Note(i, v, tags, container));
        _meters.Start();
    }

    public ConcurrentQueue<Activity> Spans { get; } = [];

    public ConcurrentQueue<(Instrument Instrument, double Value, Dictionary<string, object?> Tags)> Measured { get; } = [];

    public double Sum(string instrument, string? tag = null, string? value = null) =>
        Measured.Where(m => m.Instrument.Name == instrument && (tag is null || value!.Equals(m.Tags.GetValueOrDefault(tag)))).Sum(m => m.Value);

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, string container)
    {
        var all = tags.ToArray().ToDictionary();
        if (container.Equals(all.GetValueOrDefault("cairn.store.container")))
            Measured.Enqueue((instrument, value, all));
    }
}

/// <summary>Keeps every line that is logged at a level.</summary>
internal sealed class LineLog(LogLevel least) : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
    }

    public void Dispose()
    {
    }
}
