using System.Text.Json.Nodes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Recording;

/// <summary>The defaults that code has read in place of parameters which a run does not have.</summary>
internal sealed class ParameterDefaults
{
    private readonly SortedDictionary<string, JsonNode?> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _varying = new(StringComparer.Ordinal);

    /// <summary>Adds a default. One that was added with another value is left out: no single value says what was used.</summary>
    public void Add(string name, JsonNode? value)
    {
        if (_varying.Contains(name))
            return;
        if (!_values.TryGetValue(name, out var before))
            _values[name] = value;
        else if (!JsonNode.DeepEquals(before, value) && _values.Remove(name))
            _varying.Add(name);
    }

    /// <summary>Returns the defaults as a record has them, without the values of secrets; null if there are none, or if they are larger than parameters in a record may be.</summary>
    public JsonObject? ToJson(SecretValues secrets)
    {
        if (_values.Count == 0)
            return null;
        var json = new JsonObject(_values.Select(v => KeyValuePair.Create(v.Key, Hide(v.Value, secrets))));
        return RecordJson.Write(json).Length > RunParameters.MaxBytes ? null : json;
    }

    private static JsonNode? Hide(JsonNode? node, SecretValues secrets) => node switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Hide(m.Value, secrets)))),
        JsonArray items => new JsonArray([.. items.Select(i => Hide(i, secrets))]),
        JsonValue value when Record.Text(value) is { } text => JsonValue.Create(secrets.Hide(text)),
        _ => node?.DeepClone(),
    };
}
