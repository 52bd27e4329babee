using System.Globalization;
using System.Text;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Chains;

/// <summary>Which chain a record belongs to: the folder of the chain, and the kind of its records.</summary>
/// <param name="Kind"><c>asset</c>, <c>name</c> or <c>run</c>.</param>
/// <param name="Folder">The folder of the chain.</param>
internal readonly record struct ChainKey(string Kind, StorePath Folder) : IComparable<ChainKey>
{
    /// <summary>The folder of the chains of assets.</summary>
    public static readonly StorePath Assets = "catalog/assets";

    /// <summary>The folder of the chains of names of assets.</summary>
    public static readonly StorePath Names = "catalog/names/asset";

    /// <summary>The folder of the chains of runs.</summary>
    public static readonly StorePath Runs = "catalog/runs";

    public static ChainKey OfAsset(Guid asset) => new("asset", Assets / asset.ToString());

    /// <summary>The chain of the name with a fold key.</summary>
    public static ChainKey OfName(string fold) => new("name", Names / BlobDigest.Of(Encoding.UTF8.GetBytes(fold)).Hex);

    public static ChainKey OfRun(Guid run) => new("run", Runs / run.ToString());

    /// <summary>The chain in which a record says that it is; null if it is of another kind or has no valid subject.</summary>
    public static ChainKey? Of(Record record) => record.Kind switch
    {
        "asset" when Id(Record.Text(record.Node["asset"])) is { } asset => OfAsset(asset),
        "run" when Id(Record.Text(record.Node["run"])) is { } run => OfRun(run),
        "name" when Record.Text(record.Node["of"]) == "asset" && Record.Text(record.Node["name"]) is { } fold => OfName(fold),
        _ => null,
    };

    /// <summary>Reads the path of a record of a chain.</summary>
    public static bool TryParse(StorePath path, out ChainKey key, out int sequence)
    {
        key = default;
        sequence = 0;
        var name = path.Name;
        if (name.Length != 13 || !name.EndsWith(".json", StringComparison.Ordinal) || !int.TryParse(name.AsSpan(0, 8), NumberStyles.None, CultureInfo.InvariantCulture, out sequence) || sequence < 1)
            return false;
        var (folder, subject) = (path.Parent, path.Parent.Name);
        if (folder.Parent == Assets && Id(subject) is not null)
            key = new("asset", folder);
        else if (folder.Parent == Runs && Id(subject) is not null)
            key = new("run", folder);
        else if (folder.Parent == Names && BlobDigest.TryParse($"sha256:{subject}", out _))
            key = new("name", folder);
        else
            return false;
        return true;
    }

    /// <summary>Opens the chain to read bytes: the subject of its records is not checked.</summary>
    public Chain Open(ArtifactStore store) => new(store, Folder, Kind, "");

    public int CompareTo(ChainKey other) => Folder.CompareTo(other.Folder);

    private static Guid? Id(string? text) => Guid.TryParseExact(text, "D", out var id) && id.ToString() == text ? id : null;
}
