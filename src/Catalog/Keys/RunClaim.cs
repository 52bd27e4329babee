namespace Cairn.Catalog.Keys;

/// <summary>Which run a key belongs to.</summary>
/// <param name="RunId">The id of the run.</param>
/// <param name="Sequence">The number of the record that says so.</param>
/// <param name="At">When that record was written, by the writer's clock.</param>
/// <param name="Print">The digest of what was asked for.</param>
internal sealed record RunClaim(Guid RunId, int Sequence, DateTimeOffset At, string Print);
