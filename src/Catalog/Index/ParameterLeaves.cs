using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Catalog.Index;

/// <summary>The values of parameters by which runs are found: texts, numbers and truth values, also in nested objects and lists, as <see cref="MetadataLeaves"/> has those of metadata.</summary>
internal static class ParameterLeaves
{
    public static IEnumerable<(string Key, object Value)> Of(JsonObject? parameters) => parameters is null ? [] : parameters.SelectMany(p => Of(p.Key, p.Value));

    private static IEnumerable<(string Key, object Value)> Of(string key, JsonNode? node) => node switch
    {
        // The place of a secret.
        JsonObject members when members.ContainsKey("$secret") => [],
        JsonObject members => members.SelectMany(m => Of($"{key}.{m.Key}", m.Value)),
        JsonArray items => items.SelectMany(i => Of(key, i)),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>() is { Length: <= MetadataLeaves.MaxText } text ? [(key, text)] : [],
            JsonValueKind.True => [(key, "true")],
            JsonValueKind.False => [(key, "false")],
            _ => value.TryGetValue(out long number) ? [(key, number)] : [(key, value.GetValue<double>())],
        },
        _ => [],
    };
}
