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
    // Few names, near each other, so that operations meet: names that order between a directory and its content, files where directories are wanted and the other way round.
    private static readonly string[] Directories = ["a", "a/b", "b", "é"];

    private static readonly string[] Files = ["a/f", "a/b/f", "b/f", "b/g", "a/b-x", "a-x", "a.x", "ab", "é/😀"];

    private static readonly Gen<string> AnyPath = Gen.Elements(Directories.Concat(Files));

    private static readonly int[] Sizes = [0, 1, 2, 10, 1_000, 70_000];

    // What fills the store and what restructures it is more frequent than what empties it and what only looks.
    private static readonly Gen<Verb> AnyVerb = Gen.Frequency(
        Enum.GetValues<Verb>().Select(v => (v is Verb.WriteNew or Verb.Replace or Verb.MakeDirectory or Verb.MoveNew or Verb.Remove ? 4 : v == Verb.RemoveTree ? 1 : 2, Gen.Constant(v))));

    private static readonly Gen<Operation> AnyOperation =
        from verb in AnyVerb
        from path in PathFor(verb)
        from other in PathFor(verb)
        from size in Gen.Elements(Sizes)
        from offset in Gen.Elements(Sizes)
        select new Operation(verb, path, other, size, offset);

    /// <summary>Sequences that grow with the size, and shrink by leaving operations out.</summary>
    public static Arbitrary<OperationSequence> Arbitrary { get; } =
        Arb.From(Gen.Sized(size => Gen.Select(AnyOperation.ListOf(size), list => new OperationSequence([.. list]))), Shorter);

    public override string ToString() => "\n  " + string.Join("\n  ", Operations);

    /// <summary>Mostly a path of the kind that the verb is meant for.</summary>
    private static Gen<string> PathFor(Verb verb) => Gen.Frequency(
        (3, Gen.Elements(verb is Verb.MakeDirectory or Verb.MoveNew or Verb.RemoveTree or Verb.List ? Directories : Files)),
        (verb == Verb.Remove ? 3 : 1, AnyPath));

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
