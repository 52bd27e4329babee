namespace Cairn.Catalog;

/// <summary>The results that a step returns instead of saving them: the run saves the artifacts as outputs of the step, and writes the exports.</summary>
public sealed class StepResult
{
    /// <summary>Gets the outputs by name, each of a type that a materializer serves.</summary>
    public IDictionary<string, object> Artifacts { get; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Gets the exports.</summary>
    public IList<Export> Exports { get; } = [];
}
