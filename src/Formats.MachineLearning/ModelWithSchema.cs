using Microsoft.ML;

namespace Cairn.Formats.MachineLearning;

/// <summary>A trained model of ML.NET, and the columns that it was trained on.</summary>
/// <param name="Model">The model. If it is <see cref="IDisposable"/>, as a chain of transformers is, the caller that loaded it disposes it.</param>
/// <param name="InputSchema">The input columns; null if the model was saved without them.</param>
public sealed record ModelWithSchema(ITransformer Model, DataViewSchema? InputSchema);
