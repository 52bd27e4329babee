using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Errors;

namespace Cairn.Artifacts;

/// <summary>
/// Names that refer to artifacts: small files below the root of the store. Each is written conditionally, so exactly one of several concurrent writers
/// succeeds.
/// </summary>
/// <remarks>A name is a path, such as <c>models/churn</c>. Names have no versions and no history.</remarks>
public sealed class ArtifactNames
{
    private const string Extension = ".ref";
    private static readonly StorePath Folder = "names";
    private readonly ArtifactStore _store;

    internal ArtifactNames(ArtifactStore store) => _store = store;

    /// <summary>Returns the artifact that a name refers to.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>The artifact and the etag for <see cref="SetAsync"/>; null if the name does not exist.</returns>
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
                : throw _store.CreateException(StoreErrorCode.IntegrityFailure, "it does not contain a digest", StoreOperations.Read, path, "Set the name again.");
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Makes a name refer to an artifact.</summary>
    /// <param name="name">The name.</param>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="ifMatch">The current etag of the name; null if it must be new.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that completes when the name refers to the artifact.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.AlreadyExists"/> or <see cref="StoreErrorCode.PreconditionFailed"/>: another writer has set the name.
    /// </exception>
    public Task SetAsync(string name, BlobDigest digest, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        _store.WriteTextAsync(PathOf(name), $"{digest}\n", ifMatch is null ? WriteMode.CreateNew : WriteMode.Match(ifMatch), cancellationToken: cancellationToken);

    /// <summary>Removes a name; the artifact is kept.</summary>
    /// <returns>false if the name did not exist.</returns>
    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken = default) => _store.RemoveAsync(PathOf(name), cancellationToken);

    /// <summary>Returns all names in order.</summary>
    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var file in _store.ListAsync(Folder, new() { Recursive = true }, cancellationToken).ConfigureAwait(false))
        {
            var name = file.Path.RelativeTo(Folder).Value;
            if (file.IsFile && name.EndsWith(Extension, StringComparison.Ordinal))
                yield return name[..^Extension.Length];
        }
    }

    /// <summary>Refuses a text that is not a valid name.</summary>
    internal static StorePath PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!StorePath.TryParse(name, out var path) || path.IsRoot || path.Value != name || name.StartsWith("sha256:", StringComparison.Ordinal)
            || path.Parent.Segments.Any(s => s.EndsWith(Extension, StringComparison.Ordinal)))
            throw new StoreException(new StoreFault(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(name)}' cannot name an artifact")
            {
                Advice = $"A name is segments joined by '/'. It does not begin with 'sha256:', and none of its segments but the last ends in '{Extension}'.",
            });
        return Folder / (name + Extension);
    }
}
