using Cairn.Flows;

namespace Spread;

/// <summary>The state: ranges of numbers, and how many primes they have.</summary>
[FlowState]
public sealed partial class SpreadState
{
    public partial int[] Starts { get; set; }

    public partial int Primes { get; set; }
}
