using System.Text;
using Cairn.Artifacts;
using Cairn.Catalog.Chains;

namespace Cairn.Catalog.Keys;

/// <summary>The chain of a key, which a save or a run claims by its first record.</summary>
internal static class KeyChain
{
    public const string Kind = "key";

    private static readonly StorePath _folder = "catalog/keys";

    /// <summary>The folder of the chain of a key.</summary>
    public static StorePath FolderOf(string key) => _folder / BlobDigest.Of(Encoding.UTF8.GetBytes(key)).Hex;

    public static Chain Open(ArtifactStore store, string key) => new(store, FolderOf(key), Kind, key);
}
