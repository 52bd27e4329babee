using System.Collections.Concurrent;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Microsoft.Extensions.Logging;

namespace Cairn.Flows.Engine;

/// <summary>Loads the values that a step read last time, before its code starts. Thread-safe.</summary>
/// <remarks>
/// The last time is the last task of the step in this run that has succeeded, such as another item; before the first one, the newest tasks in earlier runs that the index on this machine knows.
/// No request is made to find out.
/// </remarks>
/// <param name="catalog">The catalog.</param>
/// <param name="run">The run.</param>
internal sealed partial class Prefetch(Catalog.Catalog catalog, RunWriter run)
{
    /// <summary>The most properties that are loaded for one task, and the most branches that are loaded ahead of a join.</summary>
    public const int MaxCount = 32;

    private const int AskedTasks = 8;
    private readonly ConcurrentDictionary<string, Lazy<IReadOnlyCollection<string>>> _reads = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Gets the most bytes that the running tasks of a run have loaded in advance.</summary>
    public long MaxBytes { get; init; } = 256 << 20;

    /// <summary>Loads values of a state that is bound.</summary>
    /// <param name="step">The step.</param>
    /// <param name="state">The state.</param>
    /// <param name="cancellationToken">Cancels the loads.</param>
    /// <returns>The reserved memory, which the caller disposes when the task has ended.</returns>
    public async Task<IDisposable> LoadAsync(string step, IFlowState state, CancellationToken cancellationToken)
    {
        var room = new Room(this);
        try
        {
            if (!state.Slots.Any(s => s is { Value: not null, IsEager: false, IsSecret: false }))
                return room;
            var known = _reads.GetOrAdd(step, s => new(() => catalog.Runs.FindReads(run.Flow, s, AskedTasks))).Value;
            var slots = state.Slots.Where(s => s is { Value: not null, IsEager: false, IsSecret: false } && known.Contains(s.Name)).Take(MaxCount);
            await Task.WhenAll(slots.Select(s => Task.Run(() => LoadAsync(step, s, room, cancellationToken), cancellationToken))).ConfigureAwait(false);
            return room;
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    /// <summary>Takes note of what a task has read.</summary>
    public void Note(string step, IFlowState state)
    {
        HashSet<string> read = [.. state.Slots.Where(s => s is { IsRead: true, Value: not null }).Select(s => s.Name)];
        _reads[step] = new(() => read);
    }

    [LoggerMessage(5, LogLevel.Debug, "{Property} could not be loaded before the step {Step} of the run {Run}. A step that reads it repeats the load.")]
    private static partial void LogFailure(ILogger logger, string property, string step, Guid run, Exception exception);

    /// <summary>Begins to count the memory that a task takes.</summary>
    internal Room Reserve() => new(this);

    /// <summary>Loads a value if there is room for it.</summary>
    internal async Task LoadAsync(string step, StateSlot slot, Room room, CancellationToken cancellationToken)
    {
        try
        {
            await slot.PrefetchAsync(room.TryTake, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The step may not read it. If it does, its getter loads it again and throws the error.
            LogFailure(run.Repository.Store.Options.LoggerFactory.CreateLogger<Prefetch>(), slot.ToString(), step, run.Id, e);
        }
    }

    /// <summary>The bytes that a task has loaded in advance.</summary>
    internal sealed class Room(Prefetch owner) : IDisposable
    {
        private long _taken;

        public bool TryTake(long bytes)
        {
            if (Interlocked.Add(ref owner._bytes, bytes) > owner.MaxBytes)
            {
                Interlocked.Add(ref owner._bytes, -bytes);
                return false;
            }
            Interlocked.Add(ref _taken, bytes);
            return true;
        }

        public void Dispose() => Interlocked.Add(ref owner._bytes, -Interlocked.Exchange(ref _taken, 0));
    }
}
