using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;

namespace Cairn.Catalog;

/// <summary>Collects the changes of an update. Each method replaces what an earlier call of the same method set, and returns this object.</summary>
/// <remarks>Tags and the description belong to the asset or to one version, whichever the update names. The other properties belong to one of the two, and an update of the other fails.</remarks>
public sealed class AssetEdit
{
    internal AssetEdit()
    {
    }

    internal SortedDictionary<string, bool> Tags { get; } = new(Utf8Order.Comparer);

    internal SortedDictionary<string, MetadataValue?> Metadata { get; } = new(Utf8Order.Comparer);

    internal List<string> Unfixed { get; } = [];

    /// <summary>The aliases to protect (true) or to stop protecting (false).</summary>
    internal SortedDictionary<string, bool> ProtectedAliases { get; } = new(Utf8Order.Comparer);

    internal (bool IsSet, string? Value) NewDescription { get; private set; }

    internal (bool IsSet, string? Value) NewDisplay { get; private set; }

    internal (bool IsSet, string? Value) NewType { get; private set; }

    internal bool IsOfAsset => NewDisplay.IsSet || NewType.IsSet || Unfixed.Count > 0 || ProtectedAliases.Count > 0;

    /// <summary>Adds a tag: a label, or <c>key:value</c> or <c>key=value</c>.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be a tag.</exception>
    public AssetEdit Tag(string tag)
    {
        Tags[CatalogName.OfTag(tag)] = true;
        return this;
    }

    /// <summary>Removes a tag; one that does not exist is ignored.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be a tag.</exception>
    public AssetEdit Untag(string tag)
    {
        Tags[CatalogName.OfTag(tag)] = false;
        return this;
    }

    /// <summary>Sets the description of the asset or the version; null removes it.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the text has more than 4,096 bytes of UTF-8.</exception>
    public AssetEdit Describe(string? text)
    {
        MetadataLimits.CheckText(text, "the description");
        NewDescription = (true, text);
        return this;
    }

    /// <summary>Sets the name that a user interface shows for the asset; null removes it.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the text has more than 4,096 bytes of UTF-8.</exception>
    public AssetEdit Display(string? text)
    {
        MetadataLimits.CheckText(text, "the displayed name");
        NewDisplay = (true, text);
        return this;
    }

    /// <summary>Sets the type of the asset; null removes it.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be a type.</exception>
    public AssetEdit OfType(string? type)
    {
        NewType = (true, type is null ? null : CatalogName.OfType(type));
        return this;
    }

    /// <summary>Makes an alias of the asset move only with a reason.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be an alias.</exception>
    public AssetEdit Protect(string alias)
    {
        ProtectedAliases[CatalogName.OfAlias(alias)] = true;
        return this;
    }

    /// <summary>Makes an alias of the asset move without a reason again.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be an alias.</exception>
    public AssetEdit Unprotect(string alias)
    {
        ProtectedAliases[CatalogName.OfAlias(alias)] = false;
        return this;
    }

    /// <summary>Makes a fixed alias of the asset an ordinary one, which can move and be removed.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be an alias.</exception>
    public AssetEdit Unfix(string alias)
    {
        Unfixed.Add(CatalogName.OfAlias(alias));
        return this;
    }

    /// <summary>Sets a member of the version's metadata.</summary>
    public AssetEdit Set(string key, MetadataValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        Metadata[key] = value;
        return this;
    }

    /// <summary>Removes a member of the version's metadata; one that does not exist is ignored.</summary>
    public AssetEdit Remove(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Metadata[key] = null;
        return this;
    }

    internal IReadOnlyList<string> TagsAfter(IReadOnlyList<string> before) =>
        [.. before.Where(t => !Tags.TryGetValue(t, out var kept) || kept).Union(Tags.Where(t => t.Value).Select(t => t.Key), StringComparer.Ordinal).Order(Utf8Order.Comparer)];
}
