namespace Cairn.Materializers;

/// <summary>A materializer that supports a type, with its specificity.</summary>
/// <param name="Registered">The materializer.</param>
/// <param name="Served">The supported type that covers the requested one.</param>
/// <param name="Distance">For <see cref="ServedKind.Base"/>, the number of steps to the base class; otherwise, 0.</param>
public sealed record MaterializerCandidate(RegisteredMaterializer Registered, ServedType Served, int Distance)
{
    /// <summary>Returns the id of the materializer, how it supports the type, and its origin, for display.</summary>
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

/// <summary>The choice of a materializer for a type, with its reasons.</summary>
/// <param name="Type">The type.</param>
/// <param name="Candidates">All materializers that support the type, best first.</param>
/// <param name="Rival">A candidate that is as good as the first, so that none is chosen; null if the choice is unambiguous.</param>
public sealed record MaterializerChoice(Type Type, IReadOnlyList<MaterializerCandidate> Candidates, MaterializerCandidate? Rival)
{
    /// <summary>Gets the chosen materializer; null if no materializer supports the type or if two are equally good.</summary>
    public Materializer? Chosen => Candidates.Count > 0 && Rival is null ? Candidates[0].Registered.Materializer : null;

    /// <summary>Returns the choice and its reasons in a few lines.</summary>
    public override string ToString()
    {
        var name = TypeNames.Of(Type);
        if (Candidates.Count == 0)
            return $"{name}: no materializer serves it";
        var head = Rival is null ? $"{name}: {Candidates[0]}" : $"{name}: ambiguous between {Candidates[0]} and {Rival}";
        return string.Join('\n', [head, .. Candidates.Skip(Rival is null ? 1 : 2).Select(c => $"  before {c}")]);
    }

    /// <summary>Returns the chosen materializer.</summary>
    /// <exception cref="MaterializationException">No materializer supports the type, or two are equally good; the message names both.</exception>
    public Materializer Require() => Chosen ?? throw new MaterializationException(null, Rival is null
        ? $"no materializer serves {TypeNames.Of(Type)}; register one with MaterializerRegistry.Add"
        : $"{TypeNames.Of(Type)} is served as well by {Candidates[0]} as by {Rival}; register one for the very type to decide");
}
