namespace Cairn.Catalog;

/// <summary>How new the answer of a list or a search has to be.</summary>
public enum Freshness
{
    /// <summary>The index on this machine is brought up to the store first: at least one listing of the store.</summary>
    Synchronized,

    /// <summary>The index answers as it is, without a request. <see cref="Catalog.GetCachedStatus"/> tells when it was last brought up to the store. A machine without an index asks the store for the
    /// catalog, and answers with nothing.</summary>
    Cached,
}
