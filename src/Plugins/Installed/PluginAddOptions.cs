using Cairn.Flavors;

namespace Cairn.Plugins;

/// <summary>Options for adding a plugin.</summary>
public sealed record PluginAddOptions
{
    /// <summary>Gets whether to replace a plugin of the same name. If false, adding such a plugin fails with AlreadyExists.</summary>
    public bool Replace { get; init; }

    /// <summary>Gets the expected SHA-256 of the package in hexadecimal. Optional. Only for packages, not for folders.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Gets the size limits.</summary>
    public PluginLimits Limits { get; init; } = new();

    /// <summary>
    /// Gets the client for downloading a package. It must not follow redirects. If null, the call creates a client that sends no credentials.
    /// </summary>
    public HttpClient? Http { get; init; }

    /// <summary>
    /// Gets the built-in flavors. A plugin that declares the name or a scheme of one of them is refused. If null, this is checked on first use.
    /// </summary>
    public FlavorRegistry? BuiltIn { get; init; }
}
