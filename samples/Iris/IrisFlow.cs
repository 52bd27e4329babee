using System.Globalization;
using System.Text.Json;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Formats.MachineLearning;
using Microsoft.Extensions.Logging;
using Microsoft.ML;

namespace Iris;

/// <summary>The flow: load, split, train a model for each strength of regularization, choose the best, report.</summary>
public static class IrisFlow
{
    private static readonly double[] _strengths = [0.001, 0.1, 10];

    public static Flow<IrisState> Flow { get; } = Cairn.Flows.Flow.Of<IrisState>("Iris")
        .Step("load", async (s, step) =>
        {
            await using var file = File.OpenRead(Path.Join(AppContext.BaseDirectory, "iris.json"));
            var flowers = (await JsonSerializer.DeserializeAsync(file, IrisJson.Default.FlowerArray, step.CancellationToken))!;
            new Random((int)step.Parameter("seed", 1).AsInteger()).Shuffle(flowers);
            (s.Train, s.Test) = (flowers[..105], flowers[105..]);
        })
        .ForEach("train", _ => _strengths, (s, strength, step) =>
        {
            var ml = new MLContext(seed: 1);
            var data = ml.Data.LoadFromEnumerable(s.Train);
            var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", nameof(Flower.Species))
                .Append(ml.Transforms.Concatenate("Features", nameof(Flower.SepalLength), nameof(Flower.SepalWidth), nameof(Flower.PetalLength), nameof(Flower.PetalWidth)))
                .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: 0, l2Regularization: (float)strength))
                .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
            s.Model = new(pipeline.Fit(data), data.Schema);
            step.Logger.LogInformation("Trained with the strength {Strength}.", strength);
        }, new() { Key = s => s.ToString(CultureInfo.InvariantCulture), Parallelism = 2 })
        .Step("evaluate", (s, step) =>
        {
            var ml = new MLContext(seed: 1);
            var engine = ml.Model.CreatePredictionEngine<Flower, Prediction>(s.Model.Model, s.Model.InputSchema);
            s.Accuracy = (double)s.Test.Count(f => engine.Predict(f).PredictedLabel == f.Species) / s.Test.Length;
            step.Metric("accuracy", s.Accuracy);
        })
        .Join("choose", (s, inputs, step) =>
        {
            var best = Enumerable.Range(0, inputs.Count).MaxBy(i => inputs[i].Accuracy);
            (s.Best, s.Accuracy) = (double.Parse(inputs.ItemOf(best)!, CultureInfo.InvariantCulture), inputs[best].Accuracy);
            step.Metric("accuracy", s.Accuracy);
            step.Merge(inputs, include: [nameof(IrisState.Model)], resolve: m => m.Take(nameof(IrisState.Model), i => i.Accuracy));
            step.Export(Export.Csv("results", ["strength", "accuracy"], inputs.Select((input, i) => (IReadOnlyList<object?>)[inputs.ItemOf(i), input.Accuracy])));
            step.Export(Export.Svg("accuracy", Bars(inputs.Select((input, i) => (inputs.ItemOf(i)!, input.Accuracy)))));
        })
        .Step("report", (s, step) => step.Export(Export.Markdown("report", $"""
            # Iris

            Of {s.Test.Length} flowers that the model had not seen, it named {s.Accuracy.ToString("P1", CultureInfo.InvariantCulture)} correctly, with the regularization {s.Best}.
            """)));

    private static string Bars(IEnumerable<(string Name, double Value)> bars) => string.Create(CultureInfo.InvariantCulture, $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="360" height="120" font-family="sans-serif" font-size="12">
        {string.Join('\n', bars.Select((bar, i) => string.Create(CultureInfo.InvariantCulture,
            $"""<text x="0" y="{30 + (30 * i)}">{bar.Name}</text><rect x="60" y="{18 + (30 * i)}" width="{240 * bar.Value}" height="16" fill="#4682b4"/><text x="{66 + (240 * bar.Value)}" y="{30 + (30 * i)}">{bar.Value:P1}</text>""")))}
        </svg>
        """);
}
