using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;
using Cairn.Errors;

namespace Cairn.Catalog.Recording;

/// <summary>The checked parameters of a run.</summary>
internal sealed class RunParameters
{
    /// <summary>The most bytes of the JSON of parameters, or of their defaults, in a record.</summary>
    public const int MaxBytes = 65_536;

    private const int MaxArtifactBytes = 16 * 1024 * 1024;
    private const string SecretMark = "$secret";

    private RunParameters(IReadOnlyDictionary<string, MetadataValue> values, SecretValues secrets, JsonObject? json, byte[]? large) => (Values, Secrets, Json, Large) = (values, secrets, json, large);

    public IReadOnlyDictionary<string, MetadataValue> Values { get; }

    public SecretValues Secrets { get; }

    /// <summary>The parameters as the record has them; null if there are none.</summary>
    public JsonObject? Json { get; }

    /// <summary>The JSON for an artifact, if it is too large for the record; null otherwise.</summary>
    public byte[]? Large { get; }

    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the parameters are beyond a limit.</exception>
    public static RunParameters Check(RunOptions options)
    {
        var values = MetadataMembers.Copy(options.Parameters);
        MetadataLimits.CheckParameters(values);
        var secrets = SecretValues.Check(options.Secrets);
        var json = MetadataJson.Write(values);
        if (values.Keys.Concat(secrets.Keys).FirstOrDefault(n => n.StartsWith('$')) is { } reserved)
            throw new ArgumentException($"The parameter '{ErrorText.Escape(reserved)}' has a name that begins with '$', which the record format reserves.", nameof(options));
        foreach (var (name, value) in values)
        {
            if (value.Kind == MetadataKind.Object && value.AsObject().Keys.Any(k => k.StartsWith('$')))
                throw new ArgumentException($"The parameter '{ErrorText.Escape(name)}' has a member that begins with '$', which the record format reserves.", nameof(options));
        }
        foreach (var (name, reference) in secrets)
        {
            if (!json.TryAdd(name, new JsonObject { [SecretMark] = reference }))
                throw new ArgumentException($"'{ErrorText.Escape(name)}' is both a parameter and a secret. Give one of them another name.", nameof(options));
        }
        var bytes = RecordJson.Write(json);
        if (bytes.Length > MaxArtifactBytes)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, $"the parameters have {bytes.Length} bytes of JSON, more than {MaxArtifactBytes}")
            {
                Advice = "Save what is large as an asset, and give its reference as a parameter.",
            });
        }
        return new(values, new(secrets), json.Count == 0 ? null : json, bytes.Length > MaxBytes ? bytes : null);
    }

    /// <summary>The value that the record of a run has for a parameter; null if it has none. Two runs have read the same parameter if these are equal.</summary>
    public static JsonNode? Find(JsonObject? parameters, string name) => parameters?[name];

    /// <summary>The options of a run that resumes another one: what is given replaces what the other has.</summary>
    /// <param name="parameters">The parameters in the record of the other run.</param>
    /// <param name="options">The options that are given.</param>
    public static RunOptions Merge(JsonObject? parameters, RunOptions options)
    {
        var values = new Dictionary<string, MetadataValue>(options.Parameters, StringComparer.Ordinal);
        var secrets = new Dictionary<string, string>(options.Secrets, StringComparer.Ordinal);
        foreach (var (name, node) in parameters ?? [])
        {
            if (values.ContainsKey(name) || secrets.ContainsKey(name))
                continue;
            if (node is JsonObject { Count: 1 } secret && Record.Text(secret[SecretMark]) is { } reference)
                secrets[name] = reference;
            else
                values[name] = MetadataJson.Read(node);
        }
        return options with { Parameters = values, Secrets = secrets };
    }

    public MetadataValue Get(string name) => Values.TryGetValue(name, out var value)
        ? value
        : throw new KeyNotFoundException($"The run has no parameter '{ErrorText.Escape(name)}'. It has {(Values.Count == 0 ? "none" : string.Join(", ", Values.Keys.Order(StringComparer.Ordinal)))}.");
}
