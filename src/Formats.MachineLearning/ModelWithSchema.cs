using Microsoft.ML;

namespace Cairn.Formats.MachineLearning;

/// <summary>A trained model of ML.NET, and the columns that it was trained on.</summary>
/// <param name="Model">The model. Where it is <see cref="IDisposable"/>, as a chain of transformers is, whoever loaded it disposes it.</param>
/// <param name="InputSchema">The columns that it takes; null where the model was saved without them.</param>
public sealed record ModelWithSchema(ITransformer Model, DataViewSchema? InputSchema);
