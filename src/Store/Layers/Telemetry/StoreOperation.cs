using System.Diagnostics;
using Cairn.Providers;
using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

/// <summary>One operation that is being told of, from its start to its one end.</summary>
internal sealed class StoreOperation
{
    private readonly TelemetryDriver _owner;
    private readonly string _name;
    private readonly string _path;
    private readonly long _started;
    private readonly Activity? _activity;
    private long _bytes;
    private int _ended;

    public StoreOperation(TelemetryDriver owner, string name, StorePath path)
    {
        (_owner, _name, _path) = (owner, name, path.Value);
        _activity = StoreInstruments.Source.HasListeners() ? StoreInstruments.Source.StartActivity($"{name} {owner.Root.Scheme}", ActivityKind.Client) : null;
        if (_activity is not null)
        {
            foreach (var tag in Tags())
                _activity.SetTag(tag.Key, tag.Value);
            if (owner.Options.PathsOnSpans && _path.Length > 0)
                _activity.SetTag(StoreInstruments.PathTag, _path);
        }
        StoreInstruments.Active.Add(1, Tags());
        _started = owner.Time.GetTimestamp();
    }

    /// <summary>The span, for calls that belong to it but run later; null when nobody listens.</summary>
    public Activity? Activity => _activity;

    public void Received(int bytes) => Moved(bytes, "receive");

    public void Transmitted(long bytes) => Moved(bytes, "transmit");

    /// <summary>Ends it well. Only the first end counts.</summary>
    public void Succeed(TimeSpan? measured = null) => End(null, measured);

    /// <summary>Ends it with an error. Only the first end counts.</summary>
    public void Fail(Exception error, TimeSpan? measured = null) => End(error, measured);

    private void Moved(long bytes, string direction)
    {
        if (bytes <= 0)
            return;
        Interlocked.Add(ref _bytes, bytes);
        if (!StoreInstruments.Bytes.Enabled)
            return;
        var tags = Tags();
        tags.Add(StoreInstruments.DirectionTag, direction);
        StoreInstruments.Bytes.Add(bytes, tags);
    }

    private TagList Tags()
    {
        var tags = StoreInstruments.TagsOf(_owner.Root);
        tags.Add(StoreInstruments.OperationTag, _name);
        return tags;
    }

    private void End(Exception? error, TimeSpan? measured)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        var elapsed = measured ?? _owner.Time.GetElapsedTime(_started);
        var tags = Tags();
        StoreInstruments.Active.Add(-1, tags);
        var fault = error is null or OperationCanceledException ? null : _owner.Classify(error);
        var type = error is null ? null : fault?.Code.ToString() ?? error.GetType().FullName;
        if (type is not null)
            tags.Add(StoreInstruments.ErrorTag, type);
        StoreInstruments.Durations.Record(elapsed.TotalSeconds, tags);
        EndActivity(type, fault);
        Log(error, type, fault, elapsed.TotalSeconds);
    }

    private void EndActivity(string? type, StoreFault? fault)
    {
        if (_activity is null)
            return;
        if (type is not null)
        {
            _activity.SetTag(StoreInstruments.ErrorTag, type);
            _activity.SetStatus(ActivityStatusCode.Error, fault is null ? null : type);
        }
        if (_bytes > 0)
            _activity.SetTag(StoreInstruments.Io, _bytes);
        // Stop() makes the parent current, which is right only where the operation itself is current: a stream may be disposed anywhere.
        var current = Activity.Current;
        _activity.Stop();
        Activity.Current = ReferenceEquals(current, _activity) ? _activity.Parent : current;
    }

    private void Log(Exception? error, string? type, StoreFault? fault, double seconds)
    {
        var logger = _owner.Logger;
        if (error is null)
        {
            logger.Done(_name, _path, _owner.Root, seconds, _bytes);
            return;
        }
        logger.Refused(error, _name, _path, _owner.Root, type!, seconds);
        if (fault?.Code is StoreErrorCode.Unknown or StoreErrorCode.Unavailable or StoreErrorCode.Throttled or StoreErrorCode.IntegrityFailure
            or StoreErrorCode.PermissionDenied or StoreErrorCode.Unauthenticated or StoreErrorCode.InvalidConfiguration)
            logger.Failed(_name, _owner.Root.Scheme, _owner.Root.Container, type!, seconds, fault.RequestId);
    }
}
