using System.Text.Json;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>What a plugin says of itself in <c>cairn-plugin.json</c>, known without loading its code.</summary>
public sealed record PluginManifest
{
    /// <summary>The manifest's file name.</summary>
    public const string FileName = "cairn-plugin.json";

    /// <summary>The newest form of the file that this version reads.</summary>
    public const int CurrentFormat = 1;

    internal const int MostBytes = 1 << 20;

    /// <summary>The plugin's name: lower-case letters, digits, <c>-</c> and <c>.</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>One sentence about it; empty when there is none.</summary>
    public string Description { get; init; } = "";

    /// <summary>The file name of its assembly, which stands beside the manifest.</summary>
    public required string Assembly { get; init; }

    /// <summary>The versions of Cairn.Abstractions that it runs with.</summary>
    public required AbstractionsRange Abstractions { get; init; }

    /// <summary>The flavors that it brings.</summary>
    public IReadOnlyList<PluginFlavor> Flavors { get; init; } = [];

    /// <summary>The materializers that it brings.</summary>
    public IReadOnlyList<PluginMaterializer> Materializers { get; init; } = [];

    /// <summary>Reads a manifest and checks that it is whole.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="origin">Where they come from, for messages.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: it is no valid manifest; the message says what is wrong.</exception>
    public static PluginManifest Parse(ReadOnlySpan<byte> utf8, string origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (utf8.Length > MostBytes)
            throw PluginErrors.BadManifest(origin, $"it is larger than {MostBytes} bytes");
        try
        {
            RefuseControls(utf8, origin);
            var document = JsonSerializer.Deserialize(utf8, PluginJson.Default.PluginManifestDocument) ?? throw PluginErrors.BadManifest(origin, "it is null");
            return document.ToManifest(origin);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw PluginErrors.BadManifest(origin, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Refuses text that a terminal would obey instead of showing it: a manifest is shown before anybody has trusted it.</summary>
    private static void RefuseControls(ReadOnlySpan<byte> utf8, string origin)
    {
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
                continue;
            foreach (var c in reader.GetString()!)
            {
                if (char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029')
                    throw PluginErrors.BadManifest(origin, $"line {LineOf(utf8, reader.TokenStartIndex)} holds the control character U+{(int)c:X4}");
            }
        }

        static int LineOf(ReadOnlySpan<byte> utf8, long at) => utf8[..(int)at].Count((byte)'\n') + 1;
    }

    /// <summary>Whether a text can name a plugin: 2 to 64 lower-case ASCII letters, digits, <c>-</c> or <c>.</c>, the first a letter or digit, and every platform can hold it.</summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 2 and <= 64 }
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && PortableNames.Problem(text) is null;
}

/// <summary>A flavor that a plugin brings.</summary>
/// <param name="Descriptor">What is known of the flavor without running its provider.</param>
/// <param name="Provider">The full name of its <see cref="IStoreProvider"/> class in the plugin's assembly.</param>
public sealed record PluginFlavor(FlavorDescriptor Descriptor, string Provider);

/// <summary>A materializer that a plugin brings.</summary>
/// <param name="Id">Its id, which stored artifacts name.</param>
/// <param name="MediaTypes">The media types that it reads and writes.</param>
/// <param name="Class">The full name of its <see cref="Cairn.Materializers.Materializer"/> class in the plugin's assembly.</param>
public sealed record PluginMaterializer(string Id, IReadOnlyList<string> MediaTypes, string Class);
