using Cairn.Flows;

namespace Flows.CommandLine.Tests;

[FlowState]
internal sealed partial class TrainState
{
    public partial int[] Rates { get; set; }

    public partial int Score { get; set; }

    public partial string? Note { get; set; }
}
