using Cairn.Catalog;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Providers.Memory;

namespace Cairn.Flows;

/// <summary>The options of a program of flows.</summary>
public sealed record FlowProgramOptions
{
    /// <summary>Gets the materializers that save and load the states.</summary>
    public required MaterializerRegistry Materializers { get; init; }

    /// <summary>Gets the flavors that the program can open stores of. Default: <c>local</c> and <c>memory</c>. Add a provider to work in its stores.</summary>
    public FlavorRegistry Flavors { get; init; } = new FlavorRegistry().Add<LocalProvider>().Add<MemoryProvider>();

    /// <summary>
    /// Gets the store whose folder <c>artifacts</c> contains the artifacts, unless <c>--store</c> names another: <c>:folder</c> in the active store of the workspace, <c>NAME:folder</c> in a
    /// registered store, <c>scheme://container/folder</c>, or a local folder. Default: <c>:</c>, the active store.
    /// </summary>
    public string Store { get; init; } = ":";

    /// <summary>Gets the function that changes the options of the catalog. Default: the user is that of <c>--user</c>, <c>$CAIRN_USER</c> or the system; the index is in the
    /// workspace, if there is one.</summary>
    public Func<CatalogOptions, CatalogOptions> ConfigureCatalog { get; init; } = static options => options;
}
