namespace Cairn.Catalog.References;

/// <summary>One way to read a reference to a run: which part is the flow's name, and which the run.</summary>
/// <param name="Flow">The name of the flow; empty if <paramref name="Id"/> is a UUID.</param>
/// <param name="Id">The part that names the run: <c>latest</c>, <c>latest-successful</c>, a short id or a UUID.</param>
/// <param name="Tail">What follows: empty, or <c>/</c> and a step, with an item and an output if there are any.</param>
internal readonly record struct RunSplit(string Flow, string Id, string Tail)
{
    public const string Latest = "latest";
    public const string LatestSuccessful = "latest-successful";
}
