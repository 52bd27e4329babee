using System.Text.Json;

namespace Cairn.Workspaces;

/// <summary>The content of <c>workspace.json</c>. Members that are unknown to this version are preserved.</summary>
/// <remarks>
/// Reads and writes JSON without generated serialization: every command reads this file first, and the serializer's generic code, which is compiled at run
/// time, took longer than all other work of the command.
/// </remarks>
internal sealed class WorkspaceDocument
{
    public const int CurrentVersion = 1;

    /// <summary>Gets or sets the name of the active store, or null if no store is active.</summary>
    public string? Active { get; set; }

    /// <summary>Gets the stores, ordered by name.</summary>
    public List<StoreDocument> Stores { get; } = [];

    private List<UnknownMember> Others { get; } = [];

    /// <summary>Parses a document of the current version.</summary>
    /// <exception cref="JsonException">The text is not JSON or does not have this structure.</exception>
    /// <exception cref="NewerVersionException">The document has a version that this program does not support.</exception>
    public static WorkspaceDocument Read(ReadOnlyMemory<byte> text)
    {
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var version))
            throw new JsonException("it has no version");
        if (version is < 1 or > CurrentVersion)
            throw new NewerVersionException(version);
        if (!root.TryGetProperty("stores", out _))
            throw new JsonException("it has no stores");
        var document = new WorkspaceDocument();
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "version":
                    break;
                case "active":
                    document.Active = Text(member.Value, "active");
                    break;
                case "stores":
                    foreach (var store in Members(member.Value, "stores"))
                        document.Stores.Add(StoreDocument.Read(store.Name, store.Value));
                    break;
                default:
                    document.Others.Add(new(member.Name, member.Value.Clone()));
                    break;
            }
        }
        document.Sort();
        return document;
    }

    public void Write(Stream stream)
    {
        Sort();
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        writer.WriteNumber("version", CurrentVersion);
        if (Active is not null)
            writer.WriteString("active", Active);
        writer.WriteStartObject("stores");
        foreach (var store in Stores)
            store.Write(writer);
        writer.WriteEndObject();
        UnknownMember.Write(writer, Others);
        writer.WriteEndObject();
    }

    public StoreDocument? Find(string name) => Stores.Find(s => s.Name == name);

    internal static string? Text(JsonElement element, string member) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Null => null,
        _ => throw new JsonException($"'{member}' is not a string"),
    };

    internal static JsonElement.ObjectEnumerator Members(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw new JsonException($"'{member}' is not an object");

    private void Sort() => Stores.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
}

/// <summary>One store in <c>workspace.json</c>. A root that begins with <c>./</c> is relative to the <c>.cairn</c> folder.</summary>
internal sealed class StoreDocument(string name, string flavor, string root, IReadOnlyDictionary<string, string> options)
{
    public string Name { get; set; } = name;

    public string Flavor => flavor;

    public string Root { get; set; } = root;

    public IReadOnlyDictionary<string, string> Options { get; set; } = options;

    private List<UnknownMember> Others { get; } = [];

    public static StoreDocument Read(string name, JsonElement json)
    {
        string? flavor = null, root = null;
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var others = new List<UnknownMember>();
        foreach (var member in WorkspaceDocument.Members(json, name))
        {
            switch (member.Name)
            {
                case "flavor":
                    flavor = WorkspaceDocument.Text(member.Value, "flavor");
                    break;
                case "root":
                    root = WorkspaceDocument.Text(member.Value, "root");
                    break;
                case "options":
                    foreach (var option in WorkspaceDocument.Members(member.Value, "options"))
                        options[option.Name] = WorkspaceDocument.Text(option.Value, option.Name) ?? throw new JsonException($"option '{option.Name}' has no value");
                    break;
                default:
                    others.Add(new(member.Name, member.Value.Clone()));
                    break;
            }
        }
        if (flavor is null || root is null)
            throw new JsonException($"store '{name}' has no flavor or no root");
        var store = new StoreDocument(name, flavor, root, options);
        store.Others.AddRange(others);
        return store;
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Name);
        writer.WriteString("flavor", Flavor);
        writer.WriteString("root", Root);
        if (Options.Count > 0)
        {
            writer.WriteStartObject("options");
            foreach (var (option, value) in Options.OrderBy(o => o.Key, StringComparer.Ordinal))
                writer.WriteString(option, value);
            writer.WriteEndObject();
        }
        UnknownMember.Write(writer, Others);
        writer.WriteEndObject();
    }
}

/// <summary>A member that is unknown to this version.</summary>
internal sealed record UnknownMember(string Name, JsonElement Value)
{
    public static void Write(Utf8JsonWriter writer, List<UnknownMember> members)
    {
        foreach (var member in members)
        {
            writer.WritePropertyName(member.Name);
            member.Value.WriteTo(writer);
        }
    }
}

/// <summary>The exception that is thrown if a document has a version that this program does not support.</summary>
internal sealed class NewerVersionException(int version) : Exception($"The document has version {version}.")
{
    public int Version => version;
}
