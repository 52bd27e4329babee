namespace Cairn.Hosting;

/// <summary>The stores of a program, as <c>AddCairn</c> and its configuration name them.</summary>
public sealed class CairnOptions
{
    /// <summary>The stores by name.</summary>
    public IDictionary<string, CairnStoreOptions> Stores { get; } = new Dictionary<string, CairnStoreOptions>(StringComparer.Ordinal);

    /// <summary>The name of the store that is injected where no name is asked for. Null where there is one store, which then is it, or none is wanted.</summary>
    public string? DefaultStore { get; set; }

    /// <summary>What was wrong with the configuration, told when the options are validated.</summary>
    internal List<string> Problems { get; } = [];
}

/// <summary>One store of a program.</summary>
public sealed class CairnStoreOptions
{
    /// <summary>The root's address, such as <c>s3://bucket/prefix</c>, or an absolute local path.</summary>
    public string Root { get; set; } = "";

    /// <summary>The flavor's name; null for the one that serves the root's scheme.</summary>
    public string? Flavor { get; set; }

    /// <summary>The flavor's options and those of the layers (<see cref="Layers.LayerOptions"/>), as text by name. Secrets as they are: keep them in a configuration source that is made for secrets.</summary>
    public IDictionary<string, string> Options { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
