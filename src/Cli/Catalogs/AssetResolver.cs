using System.Runtime.CompilerServices;
using Cairn.Artifacts;

namespace Cairn.Cli;

/// <summary>Finds the artifact of a reference: a digest, or a version of an asset.</summary>
internal static class AssetResolver
{
    /// <summary>Resolves a reference. The catalog is loaded only for the name of an asset.</summary>
    /// <exception cref="FormatException">The text is not a reference.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such version, or no catalog.</exception>
    public static async Task<BlobDigest> ResolveAsync(Session session, ArtifactRepository repository, string reference, CancellationToken cancellationToken) =>
        BlobDigest.TryParse(reference, out var digest) ? digest : await FindAsync(session, repository, reference, cancellationToken).ConfigureAwait(false);

    /// <summary>Resolves a name. A separate method, so that a command with a digest does not load the assembly of the catalog.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<BlobDigest> FindAsync(Session session, ArtifactRepository repository, string text, CancellationToken cancellationToken)
    {
        var reference = AssetArgument.Parse(text);
        var catalog = await CatalogOpening.ForReadingAsync(session, repository, cancellationToken).ConfigureAwait(false);
        await using var closing = catalog.ConfigureAwait(false);
        return (await catalog.Assets.GetAsync(reference, cancellationToken).ConfigureAwait(false)).Artifact;
    }
}
