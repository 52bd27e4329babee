namespace Cairn.Hosting;

/// <summary>The stores of a program, as set by <c>AddCairn</c> and configuration.</summary>
public sealed class CairnOptions
{
    /// <summary>Gets the stores by name.</summary>
    public IDictionary<string, CairnStoreOptions> Stores { get; } = new Dictionary<string, CairnStoreOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets the name of the store that is injected if no name is requested. If null, a single store is the default, and several stores have no
    /// default.
    /// </summary>
    public string? DefaultStore { get; set; }

    /// <summary>Gets the problems in the configuration, which are reported when the options are validated.</summary>
    internal List<string> Problems { get; } = [];
}

/// <summary>The settings of one store of a program.</summary>
public sealed class CairnStoreOptions
{
    /// <summary>Gets or sets the URI of the root, such as <c>s3://bucket/prefix</c>, or an absolute local path.</summary>
    public string Root { get; set; } = "";

    /// <summary>Gets or sets the name of the flavor. If null, the flavor is selected by the scheme of the root.</summary>
    public string? Flavor { get; set; }

    /// <summary>
    /// Gets the options of the flavor and the layers (<see cref="Layers.LayerOptions"/>), as text by name. Secrets are plain values: keep them in a
    /// configuration source for secrets.
    /// </summary>
    public IDictionary<string, string> Options { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
