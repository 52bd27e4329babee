using System.Text.Json.Serialization;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>The content of <c>cairn-plugin.json</c>.</summary>
internal sealed class PluginManifestDocument
{
    public required int Format { get; set; }

    public string? Name { get; set; }

    public string? Version { get; set; }

    public string? Description { get; set; }

    public string? Assembly { get; set; }

    public string? Abstractions { get; set; }

    public List<FlavorDocument>? Flavors { get; set; }

    public List<MaterializerDocument>? Materializers { get; set; }

    public PluginManifest ToManifest(string origin)
    {
        if (Format is < 1 or > PluginManifest.CurrentFormat)
            throw PluginErrors.BadManifest(origin, $"it has format {Format}, but this version of Cairn supports only formats up to {PluginManifest.CurrentFormat}");
        Check(PluginManifest.IsName(Name), $"'{ErrorText.Escape(Name ?? "")}' is not a plugin name: 2 to 64 lower-case letters, digits, '-' or '.'");
        Check(!string.IsNullOrWhiteSpace(Version) && Version.Length <= 64 && !Version.Any(char.IsControl), "it has no valid version");
        Check(
            Assembly is not null && PortableNames.Problem(Assembly) is null && Assembly.EndsWith(".dll", StringComparison.OrdinalIgnoreCase),
            "'assembly' is not the name of a .dll file in the same folder");
        if (!AbstractionsRange.TryParse(Abstractions, out var range))
            throw PluginErrors.BadManifest(origin, "'abstractions' is not a version range such as [0.1.0,0.2.0)");
        var flavors = (Flavors ?? []).ConvertAll(f => f.ToFlavor(origin));
        var materializers = (Materializers ?? []).ConvertAll(m => m.ToMaterializer(origin));
        Check(flavors.Count + materializers.Count > 0, "it declares neither a flavor nor a materializer");
        Check(AllDiffer(flavors.Select(f => f.Descriptor.Name)), "it declares a flavor twice");
        Check(AllDiffer(flavors.SelectMany(f => f.Descriptor.Schemes)), "two of its flavors declare the same scheme");
        Check(AllDiffer(materializers.Select(m => m.Id)), "it declares a materializer twice");
        return new()
        {
            Name = Name!,
            Version = Version!,
            Description = Description ?? "",
            Assembly = Assembly!,
            Abstractions = range,
            Flavors = flavors,
            Materializers = materializers,
        };

        void Check(bool holds, string problem)
        {
            if (!holds)
                throw PluginErrors.BadManifest(origin, problem);
        }
    }

    private static bool AllDiffer(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return names.All(seen.Add);
    }
}

internal sealed class FlavorDocument
{
    public string? Name { get; set; }

    public List<string>? Schemes { get; set; }

    public string? Description { get; set; }

    public string? Provider { get; set; }

    public List<OptionDocument>? Options { get; set; }

    public PluginFlavor ToFlavor(string origin)
    {
        if (string.IsNullOrEmpty(Name) || Name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw PluginErrors.BadManifest(origin, $"'{ErrorText.Escape(Name ?? "")}' is not a flavor name: lower-case letters, digits and '-'");
        if (Schemes is not { Count: > 0 } || !Schemes.All(IsScheme))
            throw PluginErrors.BadManifest(origin, $"flavor '{Name}' has no schemes, or an invalid scheme");
        if (string.IsNullOrWhiteSpace(Provider))
            throw PluginErrors.BadManifest(origin, $"flavor '{Name}' has no provider class");
        var options = (Options ?? []).ConvertAll(o => o.ToOption(origin, Name));
        return new(new(Name, Schemes, Description ?? "", [.. options.OrderBy(o => o.Name, StringComparer.Ordinal)]), Provider);
    }

    private static bool IsScheme(string? text) =>
        text is { Length: > 0 } && char.IsAsciiLetterLower(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.');
}

internal sealed class OptionDocument
{
    public string? Name { get; set; }

    public string? Type { get; set; }

    public bool Required { get; set; }

    public bool Secret { get; set; }

    public string? Default { get; set; }

    public string? Description { get; set; }

    public OptionDescriptor ToOption(string origin, string flavor) =>
        string.IsNullOrWhiteSpace(Name) || string.IsNullOrWhiteSpace(Type)
            ? throw PluginErrors.BadManifest(origin, $"an option of flavor '{flavor}' has no name or no type")
            : new(Name, Type, Required, Secret, Default, Description ?? "");
}

internal sealed class MaterializerDocument
{
    public string? Id { get; set; }

    public List<string>? MediaTypes { get; set; }

    public string? Class { get; set; }

    public PluginMaterializer ToMaterializer(string origin)
    {
        if (string.IsNullOrWhiteSpace(Id))
            throw PluginErrors.BadManifest(origin, "a materializer has no id");
        return string.IsNullOrWhiteSpace(Class) ? throw PluginErrors.BadManifest(origin, $"materializer '{ErrorText.Escape(Id)}' has no class") : new(Id, MediaTypes ?? [], Class);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PluginManifestDocument))]
[JsonSerializable(typeof(PinsDocument))]
[JsonSerializable(typeof(TrustDocument))]
internal sealed partial class PluginJson : JsonSerializerContext;
