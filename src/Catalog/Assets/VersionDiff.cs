using System.Globalization;

namespace Cairn.Catalog;

/// <summary>How two versions differ.</summary>
/// <param name="From">The one version.</param>
/// <param name="To">The other version.</param>
/// <param name="Files">The files that differ by digest or media type, sorted by name.</param>
/// <param name="Metadata">The members of the metadata that differ by value, sorted by name.</param>
public sealed record VersionDiff(AssetVersion From, AssetVersion To, IReadOnlyList<FileDifference> Files, IReadOnlyList<MetadataDifference> Metadata)
{
    /// <summary>Gets whether the files and the metadata are equal.</summary>
    public bool IsEmpty => Files.Count == 0 && Metadata.Count == 0;

    /// <summary>Returns the references and the numbers of differences.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From} → {To}: {Files.Count} files, {Metadata.Count} members of the metadata");
}
