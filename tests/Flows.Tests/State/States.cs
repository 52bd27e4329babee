using Cairn.Flows;

namespace Flows.Tests.State;

/// <summary>What a step may hold: a mutable class and an immutable record.</summary>
public sealed class Model
{
    public List<double> Weights { get; set; } = [];
}

public sealed record Score(string Name, double Value);

[FlowState]
public partial class SourceState
{
    public partial double[] Rates { get; set; }

    public partial string Title { get; set; }
}

[FlowState]
public sealed partial class TrainState : SourceState
{
    public partial Model Model { get; set; }

    public partial Score? Best { get; set; }

    public partial double Accuracy { get; set; }

    public partial int? Epoch { get; set; }

    [Secret]
    public partial string Token { get; set; }

    [NotAnArtifact]
    public int Clock { get; set; }
}

/// <summary>A class of a program that knows nothing of flows.</summary>
public class PlainState
{
    public List<int> Numbers { get; set; } = [];

    public string? Title { get; set; }

    public int Count { get; set; }

    public int Twice => 2 * Count;

    [NotAnArtifact]
    public object? Ignored { get; set; }
}
