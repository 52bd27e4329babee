using Cairn.Flows;
using Cairn.Formats.MachineLearning;

namespace Iris;

/// <summary>What the steps of the flow pass on. Each property is an artifact: saved when the step that sets it ends, loaded when a step reads it.</summary>
[FlowState]
public sealed partial class IrisState
{
    public partial Flower[] Train { get; set; }

    public partial Flower[] Test { get; set; }

    public partial ModelWithSchema Model { get; set; }

    public partial double Accuracy { get; set; }

    /// <summary>The strength of the regularization of the best model.</summary>
    public partial double Best { get; set; }
}
