using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>Whose plugin it is.</summary>
public enum PluginScope
{
    /// <summary>It came with the program.</summary>
    Bundled,

    /// <summary>The user added it for all workspaces.</summary>
    User,

    /// <summary>It was added to one workspace.</summary>
    Workspace,

    /// <summary>It is under development: the output of its build is used, for the time being and without pins.</summary>
    Development,
}

/// <summary>A plugin in a <see cref="PluginFolder"/>, as it is known without loading its code.</summary>
public sealed record InstalledPlugin
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is.</summary>
    public required PluginScope Scope { get; init; }

    /// <summary>The full path of its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>What its files must be; null when it was never added.</summary>
    public PluginPin? Pin { get; init; }

    /// <summary>Its manifest; null when that cannot be read.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>Its version as pinned, or as its manifest says.</summary>
    public string Version => Pin?.Version ?? Manifest?.Version ?? "?";

    /// <summary>Why it will not be loaded, as far as that is known without reading all of its files; null when nothing is known against it.</summary>
    public StoreFault? Refusal { get; init; }
}

/// <summary>What the files of a plugin must be.</summary>
/// <param name="Version">The version that was added.</param>
/// <param name="Source">Where it was added from, for people.</param>
/// <param name="Added">When.</param>
/// <param name="Files">The SHA-256 of each file in lower-case hexadecimal, by its path relative to the plugin's folder, with <c>/</c>.</param>
public sealed record PluginPin(string Version, string Source, DateTimeOffset Added, IReadOnlyDictionary<string, string> Files);

/// <summary>How a plugin's files compare with its pins.</summary>
/// <param name="Changed">Files whose bytes differ.</param>
/// <param name="Added">Files that are not pinned; links, which are never accepted, among them.</param>
/// <param name="Missing">Pinned files that are not there.</param>
public sealed record PluginCheck(IReadOnlyList<string> Changed, IReadOnlyList<string> Added, IReadOnlyList<string> Missing)
{
    /// <summary>True when each file is there, is as pinned, and none is added.</summary>
    public bool Matches => Changed.Count + Added.Count + Missing.Count == 0;

    /// <summary><c>changed A.dll; added B.dll; missing C.dll</c>, at most five names each.</summary>
    public override string ToString() => Matches
        ? "every file is as pinned"
        : string.Join("; ", new[] { Part("changed", Changed), Part("added", Added), Part("missing", Missing) }.Where(p => p.Length > 0));

    private static string Part(string verb, IReadOnlyList<string> files) => files.Count == 0
        ? ""
        : $"{verb} {string.Join(", ", files.Take(5).Select(ErrorText.Escape))}{(files.Count > 5 ? $" and {files.Count - 5} more" : "")}";
}
