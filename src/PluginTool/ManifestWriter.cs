using System.Collections;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.PluginTool;

/// <summary>Writes <c>cairn-plugin.json</c> from the attributes of a built plugin.</summary>
internal static class ManifestWriter
{
    private static readonly JsonWriterOptions Form = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Dictionary<string, string> values)
    {
        var folder = Path.GetFullPath(values.Need("folder"));
        var assemblyName = values.Need("assembly");
        var shared = values.Need("shared");
        var name = values.Need("name");
        CheckName(name);
        DropSharedFromDependencies(Path.Join(folder, Path.ChangeExtension(assemblyName, ".deps.json")));

        var context = new PluginReader(Path.Join(folder, assemblyName), shared);
        JsonArray flavors, materializers;
        try
        {
            (flavors, materializers) = (ReadFlavors(context), ReadMaterializers(context));
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException or TypeLoadException or ReflectionTypeLoadException)
        {
            throw new ToolException("CAIRN003", $"{assemblyName} cannot be read: {e.Message}");
        }
        if (flavors.Count + materializers.Count == 0)
            throw new ToolException("CAIRN001", $"{assemblyName} has no public class with [StoreFlavor] that implements IStoreProvider, and no public class that derives from Materializer, so the plugin would be empty");

        var manifest = new JsonObject
        {
            ["format"] = 1,
            ["name"] = name,
            ["version"] = values.Need("version"),
            ["description"] = values.GetValueOrDefault("description", ""),
            ["assembly"] = assemblyName,
            ["abstractions"] = values.GetValueOrDefault("abstractions") is { Length: > 0 } given ? given : RangeOf(context.SharedVersion),
            ["flavors"] = flavors,
            ["materializers"] = materializers,
        };
        // The manifest is written last and appears atomically: if it exists, the layout is complete.
        var path = Path.Join(folder, "cairn-plugin.json");
        using (var file = File.Create(path + ".new"))
        {
            using (var writer = new Utf8JsonWriter(file, Form))
                manifest.WriteTo(writer);
            file.WriteByte((byte)'\n');
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>
    /// Returns a range up to the next version that may have breaking changes: the next minor version before 1.0, the next major version after.
    /// </summary>
    private static string RangeOf(Version built)
    {
        var low = new Version(built.Major, built.Minor, Math.Max(built.Build, 0));
        var beyond = built.Major == 0 ? new Version(0, built.Minor + 1, 0) : new Version(built.Major + 1, 0, 0);
        return $"[{low},{beyond})";
    }

    /// <summary>Returns all public classes that derive from Materializer and have a parameterless constructor.</summary>
    private static JsonArray ReadMaterializers(PluginReader context)
    {
        var materializer = context.Shared.GetType("Cairn.Materializers.Materializer", throwOnError: true)!;
        var materializers = new JsonArray();
        foreach (var type in context.Main.GetTypes().Where(t => materializer.IsAssignableFrom(t) && t is { IsAbstract: false, IsVisible: true, ContainsGenericParameters: false })
            .OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            if (type.GetConstructor(Type.EmptyTypes) is null)
                continue;
            object made;
            try
            {
                made = Activator.CreateInstance(type)!;
            }
            catch (TargetInvocationException e)
            {
                throw new ToolException("CAIRN002", $"{type.FullName} cannot be created: {e.InnerException!.Message}");
            }
            materializers.Add((JsonNode)new JsonObject { ["id"] = Text(made, "Id"), ["mediaTypes"] = new JsonArray(Text(made, "MediaType")), ["class"] = type.FullName });
        }
        return materializers;
    }

    private static JsonArray ReadFlavors(PluginReader context)
    {
        var provider = context.Shared.GetType("Cairn.Providers.IStoreProvider", throwOnError: true)!;
        var attribute = context.Shared.GetType("Cairn.Providers.StoreFlavorAttribute", throwOnError: true)!;
        var describe = context.Shared.GetType("Cairn.Providers.FlavorDescriptor", throwOnError: true)!.GetMethod("Of", [typeof(Type)])!;
        var flavors = new JsonArray();
        foreach (var type in context.Main.GetTypes().Where(t => t.IsDefined(attribute, inherit: false)).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            if (!provider.IsAssignableFrom(type) || type.IsAbstract || !type.IsVisible || type.GetConstructor(Type.EmptyTypes) is null)
                throw new ToolException("CAIRN002", $"{type.FullName} has [StoreFlavor], but is not a public IStoreProvider with a public parameterless constructor");
            object descriptor;
            try
            {
                descriptor = describe.Invoke(null, [type])!;
            }
            catch (TargetInvocationException e)
            {
                throw new ToolException("CAIRN002", $"{type.FullName} cannot be described: {e.InnerException!.Message}");
            }
            flavors.Add((JsonNode)new JsonObject
            {
                ["name"] = Text(descriptor, "Name"),
                ["schemes"] = new JsonArray([.. List(descriptor, "Schemes").Select(s => (JsonNode?)(string)s)]),
                ["description"] = Text(descriptor, "Description"),
                ["provider"] = type.FullName,
                ["options"] = new JsonArray([.. List(descriptor, "Options").Select(o => (JsonNode?)Option(o))]),
            });
        }
        return flavors;
    }

    private static JsonObject Option(object option)
    {
        var json = new JsonObject { ["name"] = Text(option, "Name"), ["type"] = Text(option, "Type") };
        if ((bool)Value(option, "Required")!)
            json["required"] = true;
        if ((bool)Value(option, "Secret")!)
            json["secret"] = true;
        if (Text(option, "Default") is { } text)
            json["default"] = text;
        json["description"] = Text(option, "Description");
        return json;
    }

    private static object? Value(object of, string property) => of.GetType().GetProperty(property)!.GetValue(of);

    private static string? Text(object of, string property) => (string?)Value(of, property);

    private static IEnumerable<object> List(object of, string property) => ((IEnumerable)Value(of, property)!).Cast<object>();

    /// <summary>The program provides Cairn.Abstractions. If the dependency file listed it, the resolver would look for a file that is omitted.</summary>
    private static void DropSharedFromDependencies(string path)
    {
        if (!File.Exists(path))
            return;
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var dropped = Drop(json["libraries"]);
        foreach (var (_, target) in json["targets"]!.AsObject())
        {
            dropped |= Drop(target);
            foreach (var (_, library) in target!.AsObject())
                dropped |= Drop(library?["dependencies"]);
        }
        if (!dropped)
            return;
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, Form);
        json.WriteTo(writer);

        static bool Drop(JsonNode? names) =>
            names is JsonObject known && known.Select(l => l.Key).Where(IsShared).ToList().Count(known.Remove) > 0;
        static bool IsShared(string key) => key.Split('/')[0] is "Cairn.Abstractions" or "Cairn.Abstractions.Reference";
    }

    private static void CheckName(string name)
    {
        if (name.Length is < 2 or > 64 || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            throw new ToolException("CAIRN004", $"'{name}' is not a valid name for a plugin: use 2 to 64 lower-case letters, digits, '-' or '.'. Set the property CairnPluginName");
    }
}
