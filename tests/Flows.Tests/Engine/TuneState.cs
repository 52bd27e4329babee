using Cairn.Flows;

namespace Flows.Tests.Engine;

[FlowState]
internal sealed partial class TuneState
{
    public partial double[] Rates { get; set; }

    public partial List<int> Log { get; set; }

    public partial string Model { get; set; }

    public partial double Accuracy { get; set; }

    public partial int? Rows { get; set; }

    public partial string? Note { get; set; }

    [Secret]
    public partial string? Token { get; set; }
}
