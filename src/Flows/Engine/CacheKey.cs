using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Flows.Engine;

/// <summary>The key of the step cache, and the parts that it is made of.</summary>
/// <remarks>The SHA-256 of JSON whose members are sorted by their bytes: <c>{"code":…,"input.Data":"sha256:…","param.lr":…,…}</c>. It has no paths, times, ids of runs or names of machines.</remarks>
internal sealed class CacheKey
{
    private readonly SortedDictionary<string, JsonNode?> _parts = new(StringComparer.Ordinal);

    public CacheKey(string step, StepCache cache)
    {
        _parts["format"] = 1;
        _parts["step"] = step;
        _parts["code"] = cache.Code;
        foreach (var variable in cache.EnvironmentVariables)
        {
            var value = Environment.GetEnvironmentVariable(variable);
            _parts[$"env.{variable}"] = value is null ? null : BlobDigest.Of(Encoding.UTF8.GetBytes(value)).ToString();
        }
    }

    public void AddMaterializer(string id, int format) => _parts[$"materializer.{id}"] = format;

    public void AddParameter(string name, JsonNode? value) => _parts[$"param.{name}"] = value?.DeepClone();

    public void AddInput(string name, BlobDigest? artifact) => _parts[$"input.{name}"] = artifact?.ToString();

    public void AddItem(BlobDigest item) => _parts["item"] = item.ToString();

    public JsonObject Parts => new(_parts.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    public override string ToString() => Convert.ToHexStringLower(SHA256.HashData(RecordJson.Write(Parts)));
}
