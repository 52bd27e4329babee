using System.Text.Json.Serialization;

namespace Cairn.Cli.Demo;

/// <summary>A row of <c>penguins.json</c>.</summary>
internal sealed record Penguin(string Species, string Island, [property: JsonPropertyName("Body Mass (g)")] double? Mass);

/// <summary>The values that the demo computes from the rows.</summary>
internal sealed record SpeciesSummary(string Species, int Count, double MeanMass);

/// <summary>A small model: the expected mass of a penguin of each species.</summary>
internal sealed record MassModel(IReadOnlyDictionary<string, double> MeanMass);

[JsonSerializable(typeof(MassModel))]
[JsonSerializable(typeof(Penguin[]))]
[JsonSerializable(typeof(SpeciesSummary[]))]
internal sealed partial class DemoJson : JsonSerializerContext;
