namespace Cairn.Catalog.References;

/// <summary>One way to read what follows the run in a reference.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="Item">The item; null if the reference has none.</param>
/// <param name="Output">The name of the output; null if the reference has none.</param>
internal readonly record struct RunTail(string Step, string? Item, string? Output)
{
    /// <summary>The ways to read a tail. The name of a step contains neither <c>/</c> nor <c>#</c>; an item and the name of an output may contain both.</summary>
    /// <param name="tail">The tail: <c>/</c> and a step, with an item and an output if there are any.</param>
    public static IEnumerable<RunTail> Of(string tail)
    {
        var end = tail.AsSpan(1).IndexOfAny('/', '#') + 1;
        if (end == 0)
        {
            yield return new(tail[1..], null, null);
            yield break;
        }
        var (step, rest) = (tail[1..end], tail[(end + 1)..]);
        if (rest.Length == 0)
            yield break;
        if (tail[end] == '#')
        {
            yield return new(step, null, rest);
            yield break;
        }
        yield return new(step, rest, null);
        for (var hash = rest.IndexOf('#', StringComparison.Ordinal); hash >= 0; hash = rest.IndexOf('#', hash + 1))
        {
            if (hash > 0 && hash < rest.Length - 1)
                yield return new(step, rest[..hash], rest[(hash + 1)..]);
        }
    }
}
