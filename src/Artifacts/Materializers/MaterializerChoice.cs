namespace Cairn.Materializers;

/// <summary>One materializer that serves a type, and how close.</summary>
/// <param name="Registered">The materializer.</param>
/// <param name="Served">By which of its types.</param>
/// <param name="Distance">For <see cref="ServedKind.Base"/>, how many steps up the base class is; otherwise 0.</param>
public sealed record MaterializerCandidate(RegisteredMaterializer Registered, ServedType Served, int Distance)
{
    /// <summary>The materializer, by what it serves the type and who brought it, for people.</summary>
    public override string ToString()
    {
        var way = Served.Kind switch
        {
            ServedKind.Exact => "exactly",
            ServedKind.OpenGeneric => $"as generic {TypeNames.Of(Served.Type)}",
            ServedKind.Base => $"by base class {TypeNames.Of(Served.Type)}, {Distance} up",
            ServedKind.Interface => $"by interface {TypeNames.Of(Served.Type)}",
            _ => "as it serves any type",
        };
        return $"{Registered.Materializer.Id} {way}{(Served.Yields ? ", yielding" : "")} ({Registered.Origin switch { MaterializerOrigin.Program => "program", MaterializerOrigin.Plugin => "plugin", _ => "built in" }})";
    }
}

/// <summary>Which materializer serves a type, and why.</summary>
/// <param name="Type">The type.</param>
/// <param name="Candidates">All that serve it, the best first.</param>
/// <param name="Rival">The candidate that is as good as the first, so that none is chosen; null when the choice is clear.</param>
public sealed record MaterializerChoice(Type Type, IReadOnlyList<MaterializerCandidate> Candidates, MaterializerCandidate? Rival)
{
    /// <summary>The one that is chosen; null when none serves the type or two are as good.</summary>
    public Materializer? Chosen => Candidates.Count > 0 && Rival is null ? Candidates[0].Registered.Materializer : null;

    /// <summary>The choice and its reasons in a few lines.</summary>
    public string Explain()
    {
        var name = TypeNames.Of(Type);
        if (Candidates.Count == 0)
            return $"{name}: no materializer serves it";
        var head = Rival is null ? $"{name}: {Candidates[0]}" : $"{name}: ambiguous between {Candidates[0]} and {Rival}";
        return string.Join('\n', [head, .. Candidates.Skip(Rival is null ? 1 : 2).Select(c => $"  before {c}")]);
    }

    /// <summary>The one that is chosen.</summary>
    /// <exception cref="MaterializationException">None serves the type, or two are as good: the message names both.</exception>
    public Materializer Require() => Chosen ?? throw new MaterializationException(null, Rival is null
        ? $"no materializer serves {TypeNames.Of(Type)}; register one with MaterializerRegistry.Add"
        : $"{TypeNames.Of(Type)} is served as well by {Candidates[0]} as by {Rival}; register one for the very type to decide");
}
