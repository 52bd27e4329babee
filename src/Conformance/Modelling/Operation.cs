using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Conformance.Modelling;

/// <summary>What an operation of a random sequence does.</summary>
internal enum Verb
{
    WriteNew, Replace, WriteOverCurrent, WriteOverStale, Read, ReadRange, Remove, RemoveTree, Copy, CopyNew, Move, MoveNew, MakeDirectory, List, Stat, Touch,
}

/// <summary>One operation of a random sequence.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Path">On what.</param>
/// <param name="Other">The target of a copy or a move.</param>
/// <param name="Size">The length of what is written.</param>
/// <param name="Offset">Where a range begins.</param>
internal sealed record Operation(Verb Verb, string Path, string Other, int Size, int Offset)
{
    public override string ToString() => Verb switch
    {
        Verb.WriteNew or Verb.Replace or Verb.WriteOverCurrent or Verb.WriteOverStale => $"{Verb} {Path} ({Size} bytes)",
        Verb.Copy or Verb.CopyNew or Verb.Move or Verb.MoveNew => $"{Verb} {Path} -> {Other}",
        Verb.ReadRange => $"{Verb} {Path} from {Offset} for {Size + 1}",
        _ => $"{Verb} {Path}",
    };
}

/// <summary>A random sequence of operations; it prints as one operation a line.</summary>
internal sealed record OperationSequence(IReadOnlyList<Operation> Operations)
{
    // Few names, near each other, so that operations meet: files, directories, names that order between them.
    private static readonly string[] Paths = ["a", "a/b", "a/b/c", "a/b/c/d", "a/b-x", "a.x", "a-x", "ab", "ab/c", "b", "b/a", "é/😀"];

    private static readonly int[] Sizes = [0, 1, 2, 10, 1_000, 70_000];

    private static readonly Gen<Operation> AnyOperation =
        from verb in Gen.Elements(Enum.GetValues<Verb>())
        from path in Gen.Elements(Paths)
        from other in Gen.Elements(Paths)
        from size in Gen.Elements(Sizes)
        from offset in Gen.Elements(Sizes)
        select new Operation(verb, path, other, size, offset);

    /// <summary>Sequences that grow with the size, and shrink by leaving operations out.</summary>
    public static Arbitrary<OperationSequence> Arbitrary { get; } =
        Arb.From(Gen.Select(AnyOperation.ListOf(), list => new OperationSequence([.. list])), Shorter);

    public override string ToString() => "\n  " + string.Join("\n  ", Operations);

    private static IEnumerable<OperationSequence> Shorter(OperationSequence sequence)
    {
        var all = sequence.Operations;
        for (var run = all.Count / 2; run >= 1; run /= 2)
        {
            for (var start = 0; start < all.Count; start += run)
                yield return new([.. all.Take(start), .. all.Skip(start + run)]);
        }
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Size > 1)
                yield return new([.. all.Take(i), all[i] with { Size = 1 }, .. all.Skip(i + 1)]);
        }
    }
}
