using System.Runtime.CompilerServices;
using Cairn.Artifacts;
using Cairn.Catalog.Changes;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Assets;

/// <summary>Reads versions from the chain of their asset.</summary>
internal sealed class VersionReader(AssetChains chains, ArtifactRepository repository)
{
    /// <summary>Reads the record that created a version: without a request if it is remembered.</summary>
    /// <param name="asset">The asset.</param>
    /// <param name="number">The number, from 1 to the newest.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task<VersionCreation> ReadCreationAsync(AssetHead asset, int number, CancellationToken cancellationToken)
    {
        if (chains.Creations.Find((asset.Id, number)) is { } known)
            return known;
        var (chain, head, state) = (chains.ChainOf(asset.Id), asset.Head!, asset.State);
        var record = number == state.Newest && state.NewestAt > 0 && state.NewestAt <= head.Sequence
            ? state.NewestAt == head.Sequence && head.Record is { } newest ? newest : await chain.RequireAsync(state.NewestAt, cancellationToken).ConfigureAwait(false)
            // A record creates one version at most.
            : await chain.FindFirstAsync(number, head, r => NewestOf(asset.Id, r) >= number, cancellationToken).ConfigureAwait(false);
        var creation = CreationOf(asset.Id, record, number);
        chains.Creations.Keep((asset.Id, number), creation, (_, _) => false);
        return creation;
    }

    /// <summary>Reads a version with the edits that were made since.</summary>
    public async Task<AssetVersion> ReadAsync(AssetHead asset, int number, CancellationToken cancellationToken)
    {
        var creation = await ReadCreationAsync(asset, number, cancellationToken).ConfigureAwait(false);
        var edit = new VersionEdit(number);
        if (asset.State.Edited.Contains(number))
        {
            await foreach (var record in chains.ChainOf(asset.Id).ReadBackAsync(asset.Head!, creation.Sequence + 1, cancellationToken).ConfigureAwait(false))
            {
                if (chains.Read(asset.Id, record.Sequence, () => AssetChange.Of(record).Edit) is { } earlier && earlier.Number == number)
                    edit.AddEarlier(earlier);
            }
        }
        return Create(asset, number, creation, edit);
    }

    /// <summary>Reads the properties of a version that may change.</summary>
    public async Task<VersionProperties> ReadPropertiesAsync(AssetHead asset, int number, CancellationToken cancellationToken)
    {
        var version = await ReadAsync(asset, number, cancellationToken).ConfigureAwait(false);
        return new(version.Description, version.Tags, version.Metadata);
    }

    /// <summary>Reads all versions, the newest first.</summary>
    public async IAsyncEnumerable<AssetVersion> ReadBackAsync(AssetHead asset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (asset.Head is null)
            yield break;
        var edits = new Dictionary<int, VersionEdit>();
        await foreach (var record in chains.ChainOf(asset.Id).ReadBackAsync(asset.Head, 1, cancellationToken).ConfigureAwait(false))
        {
            var (version, edit) = chains.Read(asset.Id, record.Sequence, () => (AssetChange.Of(record).Version, AssetChange.Of(record).Edit));
            if (edit is not null)
            {
                if (edits.TryGetValue(edit.Number, out var later))
                    later.AddEarlier(edit);
                else
                    edits.Add(edit.Number, edit);
            }
            if (version is { } number)
            {
                edits.Remove(number, out var changed);
                yield return Create(asset, number, CreationOf(asset.Id, record, number), changed ?? new(number));
            }
        }
    }

    /// <summary>Reads the moves of an alias, the newest first.</summary>
    public async IAsyncEnumerable<AliasMove> ReadMovesAsync(AssetHead asset, string alias, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (asset.Head is null)
            yield break;
        await foreach (var record in chains.ChainOf(asset.Id).ReadBackAsync(asset.Head, 1, cancellationToken).ConfigureAwait(false))
        {
            var (move, why) = chains.Read(asset.Id, record.Sequence, () => (AssetChange.Of(record).MoveOf(alias), AssetChange.Of(record).Why));
            if (move is var (from, to))
                yield return new(alias, from, to, record.At, record.By, why);
        }
    }

    private AssetVersion Create(AssetHead asset, int number, VersionCreation creation, VersionEdit edit) => new()
    {
        Repository = repository,
        AssetId = asset.Id,
        Name = asset.State.Names.Count > 0 ? asset.State.Names[0] : asset.Id.ToString(),
        Number = number,
        Artifact = creation.Artifact,
        CreatedAt = creation.At,
        CreatedBy = creation.By,
        RunId = creation.Producer?.RunId,
        TaskId = creation.Producer?.TaskId,
        Description = edit.HasText ? edit.Text : creation.Description,
        Tags = edit.Tags ?? [],
        Metadata = edit.Apply(creation.Metadata),
        Aliases = [.. asset.State.Aliases.Where(a => a.Value == number).Select(a => a.Key)],
        IsPinned = asset.State.Pinned.Contains(number),
        IsDeleted = !asset.State.Has(number),
    };

    private VersionCreation CreationOf(Guid asset, Record record, int number) => chains.Read(asset, record.Sequence, () => VersionCreation.Of(record, number));

    private int NewestOf(Guid asset, Record record) => chains.Read(asset, record.Sequence, () => new AssetState(record.Node["state"]?.AsObject() ?? []).Newest);
}
