namespace Cairn.Catalog;

/// <summary>A move of an alias.</summary>
/// <param name="Alias">The alias.</param>
/// <param name="From">The version to which it led before; null if it did not exist.</param>
/// <param name="To">The version to which it leads since; null if it was removed.</param>
/// <param name="At">The time of the move, by the clock of the writer.</param>
/// <param name="By">The id of the user; empty if unknown.</param>
/// <param name="Why">The reason; null if none was given.</param>
public sealed record AliasMove(string Alias, int? From, int? To, DateTimeOffset At, string By, string? Why);
