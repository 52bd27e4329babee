using System.Globalization;
using Cairn.Artifacts;

namespace Cairn.Catalog;

/// <summary>A version of an asset: a number and an artifact, which never change, and properties at the time of the call that returned it.</summary>
public sealed record AssetVersion
{
    internal AssetVersion()
    {
    }

    /// <summary>Gets the reference by name and number, such as <c>churn-model:7</c>.</summary>
    public AssetReference Reference => AssetReference.OfVersion(Name, Number);

    /// <summary>Gets the id of the asset.</summary>
    public required Guid AssetId { get; init; }

    /// <summary>Gets the current name of the asset.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the number.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the digest of the artifact.</summary>
    public required BlobDigest Artifact { get; init; }

    /// <summary>Gets when the version was created, by the clock of the writer.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the id of the user who created the version; empty if unknown.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Gets the id of the run that made the artifact; null if it is not recorded.</summary>
    public Guid? RunId { get; init; }

    /// <summary>Gets the id of the task that made the artifact; null if it is not recorded.</summary>
    public Guid? TaskId { get; init; }

    /// <summary>Gets the description; null if it has none.</summary>
    public required string? Description { get; init; }

    /// <summary>Gets the tags, sorted by their UTF-8 bytes.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Gets the metadata, with later changes applied.</summary>
    public required IReadOnlyDictionary<string, MetadataValue> Metadata { get; init; }

    /// <summary>Gets the aliases that lead to the version.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>Gets whether the version cannot be deleted.</summary>
    public required bool IsPinned { get; init; }

    /// <summary>Gets whether the version, or the asset, is deleted.</summary>
    public required bool IsDeleted { get; init; }

    /// <summary>Gets whether the save that returned this object created the version; false if the content was unchanged, and for versions that were read.</summary>
    public bool Created { get; init; }

    internal ArtifactRepository Repository { get; init; } = null!;

    /// <summary>Returns a typed handle of the content, which loads it later, without another look-up.</summary>
    /// <typeparam name="T">The requested type; <see cref="object"/> for the default type of the materializer.</typeparam>
    public Artifact<T> As<T>()
        where T : notnull => new(Repository, Artifact);

    /// <summary>Returns the text of <see cref="Reference"/>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}:{Number}");
}
