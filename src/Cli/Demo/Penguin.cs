using System.Text.Json.Serialization;

namespace Cairn.Cli.Demo;

/// <summary>A row of <c>penguins.json</c>.</summary>
internal sealed record Penguin(string Species, string Island, [property: JsonPropertyName("Body Mass (g)")] double? Mass);

/// <summary>What the demo computes from them.</summary>
internal sealed record SpeciesSummary(string Species, int Count, double MeanMass);

[JsonSerializable(typeof(Penguin[]))]
[JsonSerializable(typeof(SpeciesSummary[]))]
internal sealed partial class DemoJson : JsonSerializerContext;
