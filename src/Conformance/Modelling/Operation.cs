using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Conformance.Modelling;

/// <summary>The kind of operation in a random sequence.</summary>
internal enum Verb
{
    WriteNew, Replace, WriteOverCurrent, WriteOverStale, Read, ReadRange, Remove, RemoveTree, Copy, CopyNew, Move, MoveNew, MakeDirectory, List, Stat, Touch,
}

/// <summary>One operation of a random sequence.</summary>
/// <param name="Verb">The kind of operation.</param>
/// <param name="Path">The path of the operation.</param>
/// <param name="Other">The target of a copy or move.</param>
/// <param name="Size">The length of the written content.</param>
/// <param name="Offset">The start of a range.</param>
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

/// <summary>A random sequence of operations. It prints one operation per line.</summary>
internal sealed record OperationSequence(IReadOnlyList<Operation> Operations)
{
    // A few similar names, so that operations affect each other: names ordered between a directory and its content, files where directories are required
    // and vice versa.
    private static readonly string[] Directories = ["a", "a/b", "b", "é"];

    private static readonly string[] Files = ["a/f", "a/b/f", "b/f", "b/g", "a/b-x", "a-x", "a.x", "ab", "é/😀"];

    private static readonly Gen<string> AnyPath = Gen.Elements(Directories.Concat(Files));

    private static readonly int[] Sizes = [0, 1, 2, 10, 1_000, 70_000];

    // Operations that fill or restructure the store are more frequent than operations that empty or read it.
    private static readonly Gen<Verb> AnyVerb = Gen.Frequency(
        Enum.GetValues<Verb>().Select(v => (v is Verb.WriteNew or Verb.Replace or Verb.MakeDirectory or Verb.MoveNew or Verb.Remove ? 4 : v == Verb.RemoveTree ? 1 : 2, Gen.Constant(v))));

    private static readonly Gen<Operation> AnyOperation =
        from verb in AnyVerb
        from path in PathFor(verb)
        from other in PathFor(verb)
        from size in Gen.Elements(Sizes)
        from offset in Gen.Elements(Sizes)
        select new Operation(verb, path, other, size, offset);

    /// <summary>Gets sequences that grow with the size, and shrink by omitting operations.</summary>
    public static Arbitrary<OperationSequence> Arbitrary { get; } =
        Arb.From(Gen.Sized(size => Gen.Select(AnyOperation.ListOf(size), list => new OperationSequence([.. list]))), Shorter);

    public override string ToString() => "\n  " + string.Join("\n  ", Operations);

    /// <summary>Generates mostly paths of the kind that the operation is intended for.</summary>
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
