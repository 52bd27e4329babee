using System.Text.Json;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>The description of a plugin in <c>cairn-plugin.json</c>, which is available without loading its code.</summary>
public sealed record PluginManifest
{
    /// <summary>The file name of the manifest.</summary>
    public const string FileName = "cairn-plugin.json";

    /// <summary>The newest format of the file that this version can read.</summary>
    public const int CurrentFormat = 1;

    internal const int MostBytes = 1 << 20;

    /// <summary>Gets the name: lower-case letters, digits, <c>-</c> and <c>.</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the version.</summary>
    public required string Version { get; init; }

    /// <summary>Gets the description, one sentence; empty if there is none.</summary>
    public string Description { get; init; } = "";

    /// <summary>Gets the file name of the assembly, which is in the folder of the manifest.</summary>
    public required string Assembly { get; init; }

    /// <summary>Gets the supported versions of Cairn.Abstractions.</summary>
    public required AbstractionsRange Abstractions { get; init; }

    /// <summary>Gets the flavors that the plugin provides.</summary>
    public IReadOnlyList<PluginFlavor> Flavors { get; init; } = [];

    /// <summary>Gets the materializers that the plugin provides.</summary>
    public IReadOnlyList<PluginMaterializer> Materializers { get; init; } = [];

    /// <summary>Parses and validates a manifest.</summary>
    /// <param name="utf8">The content of the file.</param>
    /// <param name="origin">The source of the content, for messages.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the manifest is not valid; the message states the
    /// reason.</exception>
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

    /// <summary>Rejects text that a terminal would interpret, because a manifest is shown before it is trusted.</summary>
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
                    throw PluginErrors.BadManifest(origin, $"line {LineOf(utf8, reader.TokenStartIndex)} contains the control character U+{(int)c:X4}");
            }
        }

        static int LineOf(ReadOnlySpan<byte> utf8, long at) => utf8[..(int)at].Count((byte)'\n') + 1;
    }

    /// <summary>
    /// Returns true if a text is a valid name for a plugin: 2 to 64 lower-case ASCII letters, digits, <c>-</c> or <c>.</c>, beginning with a letter or
    /// digit, and a valid file name on every platform.
    /// </summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 2 and <= 64 }
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && PortableNames.Problem(text) is null;
}

/// <summary>A flavor that a plugin provides.</summary>
/// <param name="Descriptor">The description of the flavor, available without running its provider.</param>
/// <param name="Provider">The full name of the <see cref="IStoreProvider"/> class in the assembly of the plugin.</param>
public sealed record PluginFlavor(FlavorDescriptor Descriptor, string Provider);

/// <summary>A materializer that a plugin provides.</summary>
/// <param name="Id">The id, which stored artifacts refer to.</param>
/// <param name="MediaTypes">The media types that the materializer reads and writes.</param>
/// <param name="Class">The full name of the <see cref="Cairn.Materializers.Materializer"/> class in the assembly of the plugin.</param>
public sealed record PluginMaterializer(string Id, IReadOnlyList<string> MediaTypes, string Class);
