using System.Text.Json.Serialization;

namespace Iris;

/// <summary>A flower of the data set: lengths in centimetres, and the species.</summary>
public sealed class Flower
{
    public float SepalLength { get; set; }

    public float SepalWidth { get; set; }

    public float PetalLength { get; set; }

    public float PetalWidth { get; set; }

    public string Species { get; set; } = "";
}

/// <summary>A prediction of the model.</summary>
public sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Flower[]))]
internal sealed partial class IrisJson : JsonSerializerContext;
