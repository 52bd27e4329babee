using Cairn.Flavors;

namespace Cairn.Plugins;

/// <summary>How a plugin is added.</summary>
public sealed record PluginAddOptions
{
    /// <summary>Whether a plugin of the same name gives way; without it the new one is refused with AlreadyExists.</summary>
    public bool Replace { get; init; }

    /// <summary>The SHA-256 that the package must have, in hexadecimal; null to take what comes. Only for packages, not folders.</summary>
    public string? Sha256 { get; init; }

    /// <summary>How large it may be.</summary>
    public PluginLimits Limits { get; init; } = new();

    /// <summary>What fetches a package by its address; null for a client made for the call, which sends no credentials. It must not follow redirects itself.</summary>
    public HttpClient? Http { get; init; }

    /// <summary>The flavors that are built in: a plugin that claims the name or a scheme of one is refused. Null to leave that to its first use.</summary>
    public FlavorRegistry? BuiltIn { get; init; }
}
