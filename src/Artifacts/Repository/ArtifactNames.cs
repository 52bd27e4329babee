using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Errors;

namespace Cairn.Artifacts;

/// <summary>Names that point to artifacts: small files below the store's root, each written on condition, so that of racing writers exactly one wins.</summary>
/// <remarks>A name is a path of segments, such as <c>models/churn</c>. Names are kept simply: no versions, no history.</remarks>
public sealed class ArtifactNames
{
    private const string Extension = ".ref";
    private static readonly StorePath Folder = "names";
    private readonly ArtifactStore _store;

    internal ArtifactNames(ArtifactStore store) => _store = store;

    /// <summary>Where a name points.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>The artifact and the etag that <see cref="SetAsync"/> takes; null when there is no such name.</returns>
    public async Task<NamedArtifact?> TryGetAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = PathOf(name);
        try
        {
            var stream = await _store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            var content = new byte[Math.Min(stream.Length, 128)];
            await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            return BlobDigest.TryParse(Encoding.ASCII.GetString(content).TrimEnd('\n'), out var digest)
                ? new(digest, stream.Info.ETag)
                : throw _store.CreateException(StoreErrorCode.IntegrityFailure, "it holds no digest", StoreOperations.Read, path, "Set the name again.");
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Points a name to an artifact.</summary>
    /// <param name="name">The name.</param>
    /// <param name="digest">The artifact.</param>
    /// <param name="ifMatch">The etag that the name has now; null when it must be new.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that ends when the name points there.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.AlreadyExists"/> or <see cref="StoreErrorCode.PreconditionFailed"/> when another writer was faster.
    /// </exception>
    public Task SetAsync(string name, BlobDigest digest, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        _store.WriteTextAsync(PathOf(name), $"{digest}\n", ifMatch is null ? WriteMode.CreateNew : WriteMode.Match(ifMatch), cancellationToken: cancellationToken);

    /// <summary>Removes a name; the artifact stays.</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken = default) => _store.RemoveAsync(PathOf(name), cancellationToken);

    /// <summary>All names in order.</summary>
    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var file in _store.ListAsync(Folder, new() { Recursive = true }, cancellationToken).ConfigureAwait(false))
        {
            var name = file.Path.RelativeTo(Folder).Value;
            if (file.IsFile && name.EndsWith(Extension, StringComparison.Ordinal))
                yield return name[..^Extension.Length];
        }
    }

    /// <summary>Refuses what cannot be a name.</summary>
    internal static StorePath PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!StorePath.TryParse(name, out var path) || path.IsRoot || path.Value != name || name.StartsWith("sha256:", StringComparison.Ordinal) || path.Parent.Segments.Any(s => s.EndsWith(Extension, StringComparison.Ordinal)))
            throw new StoreException(new StoreFault(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(name)}' cannot name an artifact")
            {
                Advice = $"A name is segments joined by '/'. It does not begin with 'sha256:', and none of its segments but the last ends in '{Extension}'.",
            });
        return Folder / (name + Extension);
    }
}
