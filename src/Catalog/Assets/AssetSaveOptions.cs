using Cairn.Catalog.States;

namespace Cairn.Catalog;

/// <summary>The options of saves and registrations of <see cref="AssetCollection"/>.</summary>
public sealed record AssetSaveOptions
{
    /// <summary>
    /// Gets the metadata of the version, which is compared by value when a save decides whether anything has changed. It is not part of the artifact and its digest.
    /// </summary>
    public IDictionary<string, MetadataValue> Metadata { get; init; } = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);

    /// <summary>Gets the description of the version. Null (the default) leaves an unchanged version's description as it is.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the type of the asset, which is set if the asset has none; one that differs from the asset's type is an error. Default: none.</summary>
    public string? Type { get; init; }

    /// <summary>Gets the name that a user interface shows for the asset. Null (the default) leaves it as it is.</summary>
    public string? Display { get; init; }

    /// <summary>
    /// Gets a text by which a save is recognized when it is repeated, such as the id of a job: of all saves with one key, on any machine and also after a crash, one creates a version, and the others
    /// return the same. A save with the key of another one that differs from it is an error. At most 4,096 bytes of UTF-8. Default: none.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Gets an alias to move to the version in the same record. Default: none.</summary>
    public string? Alias { get; init; }

    /// <summary>Gets where <see cref="Alias"/> has to be. If it is elsewhere, the save creates no version and throws <see cref="AliasMovedException"/>. Default: anywhere.</summary>
    public AliasExpectation AliasFrom { get; init; }

    /// <summary>Gets an alias that leads to the version and never moves from there, such as <c>1.4.0</c>. It is an error if it leads to another version. Default: none.</summary>
    public string? FixedAlias { get; init; }

    /// <summary>Gets the reason why the aliases move, which protected aliases require. Default: none.</summary>
    public string? Why { get; init; }

    /// <summary>Gets when a version is created. Default: <see cref="SaveMode.IfChanged"/>.</summary>
    public SaveMode Mode { get; init; }

    /// <summary>Gets the id of the materializer. Default: the one for the type of the value. Ignored by registrations.</summary>
    public string? Materializer { get; init; }

    /// <summary>Gets the task that made the artifact. Default: none.</summary>
    internal VersionProducer? Producer { get; init; }

    /// <summary>Gets whether large files are stored in chunks. Default: the setting of the store. Ignored by registrations.</summary>
    public bool? Chunked { get; init; }
}
