using System.Text.Json.Serialization;
using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>The content of <c>plugins.json</c>: the plugins that were added, the pins of their files, and the preferred plugins.</summary>
internal sealed class PinsDocument
{
    public const int CurrentFormat = 1;

    public required int Format { get; set; }

    public SortedDictionary<string, PinDocument> Plugins { get; set; } = new(StringComparer.Ordinal);

    public List<string>? Preferred { get; set; }

    /// <summary>Gets the reason why the document cannot be used, or null if it is valid.</summary>
    [JsonIgnore]
    public string? Problem =>
        Format is not CurrentFormat ? $"it has format {Format}, which this version of Cairn does not support"
        : Plugins.FirstOrDefault(p => p.Value.Folder is { } folder && !VersionFolder.IsOf(p.Key, folder)) is { Value.Folder: { } odd, Key: var name }
            ? $"the plugin '{ErrorText.Escape(name)}' has the folder '{ErrorText.Escape(odd)}', whose name does not belong to that plugin"
            : null;
}

internal sealed class PinDocument
{
    public required string Version { get; set; }

    public string Source { get; set; } = "";

    public DateTimeOffset Added { get; set; }

    /// <summary>Gets or sets the name of the folder if it differs from the name of the plugin, because the version replaced another one.</summary>
    public string? Folder { get; set; }

    public required SortedDictionary<string, string> Files { get; set; }

    public static PinDocument Of(PluginPin pin, string? folder) =>
        new() { Folder = folder, Version = pin.Version, Source = pin.Source, Added = pin.Added, Files = new(pin.Files.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) };

    public PluginPin ToPin() => new(Version, Source, Added, new Dictionary<string, string>(Files, StringComparer.Ordinal));
}

/// <summary>The content of <c>trusted-plugins.json</c>.</summary>
internal sealed class TrustDocument
{
    public const int CurrentFormat = 1;

    public required int Format { get; set; }

    /// <summary>Gets or sets the name and version, for display, by the digest of the pins.</summary>
    public SortedDictionary<string, string> Trusted { get; set; } = new(StringComparer.Ordinal);
}
