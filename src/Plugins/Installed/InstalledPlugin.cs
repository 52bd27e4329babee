using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>The owner of a plugin.</summary>
public enum PluginScope
{
    /// <summary>The plugin is part of the program.</summary>
    Bundled,

    /// <summary>The user added the plugin for all workspaces.</summary>
    User,

    /// <summary>The plugin was added to one workspace.</summary>
    Workspace,

    /// <summary>The plugin is under development: its build output is used temporarily, without pins.</summary>
    Development,
}

/// <summary>A plugin in a <see cref="PluginFolder"/>, described without loading its code.</summary>
public sealed record InstalledPlugin
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the owner.</summary>
    public required PluginScope Scope { get; init; }

    /// <summary>Gets the full path of the folder of the plugin.</summary>
    public required string Folder { get; init; }

    /// <summary>Gets the pins of the files, or null if the plugin was never added.</summary>
    public PluginPin? Pin { get; init; }

    /// <summary>Gets the manifest, or null if it cannot be read.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>Gets the version from the pins, or otherwise from the manifest.</summary>
    public string Version => Pin?.Version ?? Manifest?.Version ?? "?";

    /// <summary>Gets the reason for refusing to load the plugin, as far as it is known without reading all files; null if no reason is known.</summary>
    public StoreFault? Refusal { get; init; }
}

/// <summary>The pins of a plugin: the expected digests of its files.</summary>
/// <param name="Version">The version that was added.</param>
/// <param name="Source">The source from which the plugin was added, for display.</param>
/// <param name="Added">The time when the plugin was added.</param>
/// <param name="Files">The SHA-256 of each file in lower-case hexadecimal, by path relative to the folder of the plugin, with <c>/</c> as separator.</param>
public sealed record PluginPin(string Version, string Source, DateTimeOffset Added, IReadOnlyDictionary<string, string> Files);

/// <summary>The result of comparing the files of a plugin with its pins.</summary>
/// <param name="Changed">Files whose content differs.</param>
/// <param name="Added">Files that are not pinned, including links, which are never accepted.</param>
/// <param name="Missing">Pinned files that do not exist.</param>
public sealed record PluginCheck(IReadOnlyList<string> Changed, IReadOnlyList<string> Added, IReadOnlyList<string> Missing)
{
    /// <summary>Gets whether all files match the pins and no file was added.</summary>
    public bool Matches => Changed.Count + Added.Count + Missing.Count == 0;

    /// <summary>Returns a text such as <c>changed A.dll; added B.dll; missing C.dll</c>, with up to five names each.</summary>
    public override string ToString() => Matches
        ? "all files match their pins"
        : string.Join("; ", new[] { Part("changed", Changed), Part("added", Added), Part("missing", Missing) }.Where(p => p.Length > 0));

    private static string Part(string verb, IReadOnlyList<string> files) => files.Count == 0
        ? ""
        : $"{verb} {string.Join(", ", files.Take(5).Select(ErrorText.Escape))}{(files.Count > 5 ? $" and {files.Count - 5} more" : "")}";
}
