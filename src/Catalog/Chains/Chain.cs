using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;
using Cairn.Catalog.Telemetry;
using Cairn.Errors;

namespace Cairn.Catalog.Chains;

/// <summary>A chain of records in a folder of the store: numbered from 1 without gaps, each written once with the hash of the one before it.</summary>
/// <remarks>
/// To commit is to create the next number, so of racing writers exactly one wins, and the others decide again on what it wrote. Because the chain is dense, its head is found without a listing.
/// The class holds no state; the caller keeps the heads that it knows.
/// </remarks>
internal sealed class Chain
{
    private const int MaxSequence = 99_999_999;
    private readonly ArtifactStore _store;
    private readonly string _kind;
    private readonly string _subject;

    /// <summary>Initializes a chain.</summary>
    /// <param name="store">The store that holds it.</param>
    /// <param name="folder">The folder of the chain.</param>
    /// <param name="kind">The kind that its records have.</param>
    /// <param name="subject">The subject of its records: the value of their member that is named like <paramref name="kind"/>. A record with another subject is refused.</param>
    public Chain(ArtifactStore store, StorePath folder, string kind, string subject) => (_store, Folder, _kind, _subject) = (store, folder, kind, subject);

    public StorePath Folder { get; }

    public StorePath PathOf(int sequence) => Folder / string.Create(CultureInfo.InvariantCulture, $"{sequence:D8}.json");

    /// <summary>Reads a record.</summary>
    /// <returns>The record; null if the chain is shorter.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.IntegrityFailure"/>: the file is not a record that may be there.</exception>
    public async Task<Record?> TryReadAsync(int sequence, CancellationToken cancellationToken)
    {
        var content = await TryReadBytesAsync(sequence, cancellationToken).ConfigureAwait(false);
        return content is null ? null : Check(content, sequence);
    }

    /// <summary>Reads a record that is likely to be absent. Of a local store, it asks first whether the file exists: to open an absent file throws, which takes ten times as long.</summary>
    private async Task<Record?> TryProbeAsync(int sequence, CancellationToken cancellationToken)
    {
        var path = PathOf(sequence);
        return _store.GetLocalPath(path) is null || await _store.IsFileAsync(path, cancellationToken).ConfigureAwait(false)
            ? await TryReadAsync(sequence, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Reads the bytes of a record, whatever they are.</summary>
    public async Task<byte[]?> TryReadBytesAsync(int sequence, CancellationToken cancellationToken)
    {
        var path = PathOf(sequence);
        try
        {
            var stream = await _store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            if (stream.Length > RecordJson.MaxBytes)
                throw Broken(sequence, $"it has {stream.Length} bytes, more than the {RecordJson.MaxBytes} of a record");
            var content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            return content;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Checks that bytes are the record of a place in this chain.</summary>
    public Record Check(ReadOnlyMemory<byte> content, int sequence)
    {
        try
        {
            var record = Record.Parse(content);
            var reason = record.Kind != _kind ? $"its kind is '{record.Kind}' and not '{_kind}'"
                : Record.Text(record.Node[_kind]) != _subject ? $"it is about another {_kind}"
                : record.Sequence != sequence ? $"its number is {record.Sequence}"
                : sequence > 1 && record.Previous is not { Length: 64 } ? "it has no hash of the record before it"
                : sequence == 1 && record.Previous is not null ? "it has a hash of a record before it"
                : null;
            return reason is null ? record : throw Broken(sequence, reason);
        }
        catch (FormatException e)
        {
            throw Broken(sequence, e.Message, e);
        }
    }

    /// <summary>Finds the newest record: at the known one, or by probing 1, 2, 4, 8 … records on and bisecting.</summary>
    /// <param name="known">The newest record that the caller knows, which is not read again; null to begin at record 1.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The head; null if the chain has no record.</returns>
    public async Task<ChainHead?> FindHeadAsync(ChainHead? known, CancellationToken cancellationToken)
    {
        var head = known;
        var (start, absent) = (known?.Sequence ?? 0, 0);
        for (var step = 1; absent == 0; step *= 2)
        {
            if (!await TryMoveAsync(start + step).ConfigureAwait(false))
                absent = start + step;
        }
        while (head is not null && absent - head.Sequence > 1)
        {
            var middle = head.Sequence + ((absent - head.Sequence) / 2);
            if (!await TryMoveAsync(middle).ConfigureAwait(false))
                absent = middle;
        }
        return head;

        async Task<bool> TryMoveAsync(int sequence)
        {
            if (await TryProbeAsync(sequence, cancellationToken).ConfigureAwait(false) is not { } record)
                return false;
            CheckLink(head, record);
            head = ChainHead.Of(record);
            return true;
        }
    }

    /// <summary>Finds the newest record, beginning at one that the caller remembers.</summary>
    /// <param name="known">The remembered record; null if there is none.</param>
    /// <param name="confirm">
    /// Whether an append will follow: then the store has to have the remembered record still, which is checked beside the search; without one, the newest record has to have the hash of the one
    /// before it.
    /// </param>
    /// <param name="failed">Called with an error that leaves what is remembered in doubt.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="StoreWentBackException">The store does not have the remembered record.</exception>
    public async Task<ChainHead?> FindHeadAsync(ChainHead? known, bool confirm, Action<StoreException> failed, CancellationToken cancellationToken)
    {
        var confirming = confirm && known is not null ? ConfirmAsync(known, cancellationToken) : Task.CompletedTask;
        try
        {
            var finding = FindHeadAsync(known, cancellationToken);
            await Task.WhenAll(confirming, finding).ConfigureAwait(false);
            var head = await finding.ConfigureAwait(false);
            // The search may have jumped to the newest record, and nobody continues a chain that is broken there.
            if (confirm && known is null && head is { Sequence: > 1, Record: { } record })
                CheckLink(ChainHead.Of(await RequireAsync(head.Sequence - 1, cancellationToken).ConfigureAwait(false)), record);
            return head;
        }
        catch (StoreException e) when (known is not null)
        {
            failed(e);
            throw;
        }
    }

    /// <summary>Checks that the store still has the record that the caller knows: one that is missing or different means that the store was put back to an earlier state.</summary>
    public async Task ConfirmAsync(ChainHead known, CancellationToken cancellationToken)
    {
        var content = await TryReadBytesAsync(known.Sequence, cancellationToken).ConfigureAwait(false);
        if (content is null || BlobDigest.Of(content) != known.Hash)
            throw new StoreWentBackException(PathOf(known.Sequence), content is null).WithContext(StoreOperations.Read, _store.GetUri(PathOf(known.Sequence)));
    }

    /// <summary>Appends a record to the chain.</summary>
    /// <param name="known">The newest record that the caller knows and has confirmed; null to look for it.</param>
    /// <param name="isNewest">Whether the caller has looked for a later one.</param>
    /// <param name="id">The id of the record, by which it is recognized when its answer was lost.</param>
    /// <param name="decide">
    /// Makes the members of the record from the head at that moment, null for an empty chain; returns null to append nothing. Called again after a lost race; may throw. Only what it decides on the
    /// newest record counts: to create a record proves that, and before it appends nothing or throws, a later record is looked for.
    /// </param>
    /// <param name="turn">
    /// Called before each attempt with the number of lost ones, to wait for a turn to append. Returns the number of a record that may be the newest, or 0; null without a turn. Optional.
    /// </param>
    /// <param name="cancellationToken">Cancels the append; then nothing was appended, unless the answer was lost.</param>
    /// <returns>The head afterwards, and whether the record was appended.</returns>
    public async Task<(ChainHead? Head, bool Appended)> AppendAsync(
        ChainHead? known,
        bool isNewest,
        Guid id,
        Func<ChainHead?, CancellationToken, ValueTask<JsonObject?>> decide,
        Func<int, CancellationToken, ValueTask<int?>>? turn,
        CancellationToken cancellationToken)
    {
        var head = known ?? await FindHeadAsync(null, cancellationToken).ConfigureAwait(false);
        isNewest |= known is null;
        var time = _store.Options.TimeProvider;
        var attempt = TimeSpan.Zero;
        for (var lost = 0; ; lost++)
        {
            var noted = turn is null ? null : await turn(lost, cancellationToken).ConfigureAwait(false);
            if (lost > (noted is null ? 0 : 1))
                await Task.Delay(BackOff(attempt, lost), time, cancellationToken).ConfigureAwait(false);
            if (noted > (head?.Sequence ?? 0) && await TryReadAsync(noted.Value, cancellationToken).ConfigureAwait(false) is { } later)
            {
                CheckLink(head, later);
                (head, isNewest) = (ChainHead.Of(later), false);
            }
            else if (lost > 0)
            {
                (head, isNewest) = (await FindHeadAsync(head, cancellationToken).ConfigureAwait(false), true);
            }
            var begun = time.GetTimestamp();
            if (await DecideAsync().ConfigureAwait(false) is not { } members)
                return (head, false);
            var sequence = (head?.Sequence ?? 0) + 1;
            if (sequence > MaxSequence)
                throw _store.CreateException(StoreErrorCode.Unsupported, $"the chain has {MaxSequence} records, the most that one may have", StoreOperations.Write, Folder, "Begin a new asset.");
            var record = Create(members, id, sequence, head);
            try
            {
                await _store.WriteBytesAsync(PathOf(sequence), record.Content, WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
                CatalogInstruments.CommitCount.Add(1, new KeyValuePair<string, object?>(CatalogInstruments.KindTag, _kind));
                return (ChainHead.Of(record), true);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
            {
                // Null: the store does not show the other writer's record yet.
                if (await TryReadAsync(sequence, cancellationToken).ConfigureAwait(false) is { } winner)
                {
                    if (winner.Id == id)
                        return (ChainHead.Of(winner), true);
                    CheckLink(head, winner);
                    head = ChainHead.Of(winner);
                }
            }
            attempt = time.GetElapsedTime(begun);
            CatalogInstruments.ConflictCount.Add(1, new KeyValuePair<string, object?>(CatalogInstruments.KindTag, _kind));
        }

        async ValueTask<JsonObject?> DecideAsync()
        {
            if (!isNewest)
            {
                try
                {
                    if (await decide(head, cancellationToken).ConfigureAwait(false) is { } members)
                        return members;
                }
                catch (StoreException)
                {
                    // Refused on a record that may be old: it is thrown again below if it still is refused.
                }
                (head, isNewest) = (await FindHeadAsync(head, cancellationToken).ConfigureAwait(false), true);
            }
            return await decide(head, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds the first record for which a condition holds that, once true, stays true along the chain.</summary>
    /// <param name="first">The least number that it can have.</param>
    /// <param name="head">The head, for which it holds.</param>
    /// <param name="holds">The condition.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task<Record> FindFirstAsync(int first, ChainHead head, Func<Record, bool> holds, CancellationToken cancellationToken)
    {
        var (low, high) = (first, head.Sequence);
        Record? found = null;
        while (found is null || low < high)
        {
            var middle = low + ((high - low) / 2);
            var record = middle == head.Sequence && head.Record is { } known ? known : await RequireAsync(middle, cancellationToken).ConfigureAwait(false);
            if (holds(record))
                (found, high) = (record, middle);
            else
                low = middle + 1;
            if (low > high)
                throw Broken(high, "the states of this chain contradict each other");
        }
        return found;
    }

    /// <summary>Reads a record that must be there, since a later one is.</summary>
    public async Task<Record> RequireAsync(int sequence, CancellationToken cancellationToken) =>
        await TryReadAsync(sequence, cancellationToken).ConfigureAwait(false) ?? throw Broken(sequence, "it is missing, and a later record exists");

    /// <summary>A random time between attempts: at first not longer than one of them takes, and up to 16 times as long after several, but at most a second.</summary>
    private static TimeSpan BackOff(TimeSpan attempt, int lost) =>
        TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(attempt.TotalMilliseconds * (1 << Math.Min(lost - 1, 4)), 1000));

    private static Record Create(JsonObject members, Guid id, int sequence, ChainHead? head)
    {
        members["seq"] = sequence;
        members["id"] = id.ToString();
        if (head is not null)
            members["prev"] = head.Hash.Hex;
        return Record.Create(members);
    }

    private void CheckLink(ChainHead? before, Record record)
    {
        if (before is not null && record.Sequence == before.Sequence + 1 && record.Previous != before.Hash.Hex)
            throw Broken(record.Sequence, $"its 'prev' is not the hash of record {before.Sequence}");
    }

    private StoreException Broken(int sequence, string reason, Exception? cause = null) => Broken(_store, PathOf(sequence), reason, cause);

    /// <summary>The error about a record that cannot be used.</summary>
    /// <param name="store">The store.</param>
    /// <param name="path">The path of the record.</param>
    /// <param name="reason">The reason, as a clause with the subject "it".</param>
    /// <param name="cause">The exception that tells the reason. Optional.</param>
    public static StoreException Broken(ArtifactStore store, StorePath path, string reason, Exception? cause) =>
        new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure, $"the catalog cannot use this record: {reason}") { Advice = "Restore the record from a backup of the store." }, cause)
            .WithContext(StoreOperations.Read, store.GetUri(path));

    /// <summary>Reads the records from the head back to a number, newest first, and checks that each has the hash of the one before it.</summary>
    public async IAsyncEnumerable<Record> ReadBackAsync(ChainHead head, int last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Record? after = null;
        for (var sequence = head.Sequence; sequence >= last; sequence--)
        {
            var record = after is null && head.Record is { } known ? known : await RequireAsync(sequence, cancellationToken).ConfigureAwait(false);
            if (after is not null)
                CheckLink(ChainHead.Of(record), after);
            yield return after = record;
        }
    }
}
