using System.Collections.ObjectModel;
using System.Text.Json.Nodes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Recording;
using Cairn.Catalog.Records;

namespace Cairn.Catalog;

/// <summary>A flow with named parameters, which is kept in the store under a name.</summary>
/// <param name="Name">The name: that of an asset, which is also a portable path.</param>
/// <param name="Flow">The name of the flow.</param>
public sealed record RunTemplate(string Name, string Flow)
{
    private const int Format = 1;

    /// <summary>Gets the parameters. Default: none.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Parameters { get; init; } = ReadOnlyDictionary<string, MetadataValue>.Empty;

    /// <summary>Gets the parameters that are secrets, by reference; see <see cref="RunOptions.Secrets"/>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the description; null if there is none.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the version of the file that the template was read from or written to; null for a new template. A save replaces this version and no other.</summary>
    public string? ETag { get; internal init; }

    /// <summary>Returns the options of a run: the parameters and secrets of the template, and what is given, which replaces single ones.</summary>
    /// <param name="options">The options that are given. Optional.</param>
    public RunOptions ToRunOptions(RunOptions? options = null) => RunParameters.Merge(ParametersJson(), options ?? new());

    internal byte[] ToJson()
    {
        var json = new JsonObject();
        if (Description is not null)
            json["description"] = Description;
        json["flow"] = Flow;
        json["format"] = Format;
        json["parameters"] = ParametersJson() ?? [];
        return RecordJson.Write(json);
    }

    /// <exception cref="FormatException">The content is not a template. The message gives the reason as a clause with the subject "it".</exception>
    internal static RunTemplate Read(string name, byte[] content, string? etag)
    {
        var json = RecordJson.Parse(content);
        if (json["format"] is not JsonValue format || !format.TryGetValue(out int number))
            throw new FormatException("it has no format");
        if (number != Format)
            throw new FormatException($"it has the format {number}, and this software reads format {Format}");
        var parameters = json["parameters"] as JsonObject ?? throw new FormatException("its parameters are not an object");
        var read = RunParameters.Merge(parameters, new());
        return new(name, Record.Text(json["flow"]) ?? throw new FormatException("it names no flow"))
        {
            Description = Record.Text(json["description"]),
            Parameters = read.Parameters.AsReadOnly(),
            Secrets = read.Secrets.AsReadOnly(),
            ETag = etag,
        };
    }

    /// <summary>The parameters as the record of a run has them, in ordinal order.</summary>
    private JsonObject? ParametersJson()
    {
        var checkedParameters = RunParameters.Check(new() { Parameters = new Dictionary<string, MetadataValue>(Parameters), Secrets = new Dictionary<string, string>(Secrets) }).Json;
        return checkedParameters is null ? null : new(checkedParameters.OrderBy(m => m.Key, Utf8Order.Comparer).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
    }
}
