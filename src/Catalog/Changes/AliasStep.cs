namespace Cairn.Catalog.Changes;

/// <summary>One alias to move.</summary>
/// <param name="Alias">The checked name of the alias.</param>
/// <param name="To">The version; null to remove the alias.</param>
/// <param name="From">Where it has to be.</param>
/// <param name="IsFixed">Whether it never moves from there.</param>
internal sealed record AliasStep(string Alias, int? To, AliasExpectation From, bool IsFixed);
