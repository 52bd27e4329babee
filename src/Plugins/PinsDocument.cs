using System.Text.Json.Serialization;
using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>The form of <c>plugins.json</c>: what was added, what its files must be, and which plugin wins where two claim one thing.</summary>
internal sealed class PinsDocument
{
    public const int CurrentFormat = 1;

    public required int Format { get; set; }

    public SortedDictionary<string, PinDocument> Plugins { get; set; } = new(StringComparer.Ordinal);

    public List<string>? Preferred { get; set; }

    /// <summary>Why it cannot be used; null when nothing is wrong.</summary>
    [JsonIgnore]
    public string? Problem =>
        Format is not CurrentFormat ? $"it has format {Format}, which this Cairn does not know"
        : Plugins.FirstOrDefault(p => p.Value.Folder is { } folder && !VersionFolder.IsOf(p.Key, folder)) is { Value.Folder: { } odd, Key: var name }
            ? $"the plugin '{ErrorText.Escape(name)}' is said to be in '{ErrorText.Escape(odd)}', which is no folder of it"
            : null;
}

internal sealed class PinDocument
{
    public required string Version { get; set; }

    public string Source { get; set; } = "";

    public DateTimeOffset Added { get; set; }

    /// <summary>The name of the plugin's folder where that is not its own: that of a version which took the place of another.</summary>
    public string? Folder { get; set; }

    public required SortedDictionary<string, string> Files { get; set; }

    public static PinDocument Of(PluginPin pin, string? folder) =>
        new() { Folder = folder, Version = pin.Version, Source = pin.Source, Added = pin.Added, Files = new(pin.Files.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) };

    public PluginPin ToPin() => new(Version, Source, Added, new Dictionary<string, string>(Files, StringComparer.Ordinal));
}

/// <summary>The form of <c>trusted-plugins.json</c>.</summary>
internal sealed class TrustDocument
{
    public const int CurrentFormat = 1;

    public required int Format { get; set; }

    /// <summary>Name and version, for people, by the digest of the pins.</summary>
    public SortedDictionary<string, string> Trusted { get; set; } = new(StringComparer.Ordinal);
}
