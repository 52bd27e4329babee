using Cairn.Errors;

namespace Cairn.Materializers.Arrays;

/// <summary>A type of numbers, and the shapes of .NET that hold them. A table instead of reflection, so that it works where code cannot be made at run time.</summary>
internal abstract class NpyElement
{
    /// <summary>Every type of numbers that both .NET and NumPy have.</summary>
    public static readonly IReadOnlyList<NpyElement> All = [
        new NpyElement<bool>("b1"),
        new NpyElement<sbyte>("i1"), new NpyElement<short>("i2"), new NpyElement<int>("i4"), new NpyElement<long>("i8"),
        new NpyElement<byte>("u1"), new NpyElement<ushort>("u2"), new NpyElement<uint>("u4"), new NpyElement<ulong>("u8"),
        new NpyElement<Half>("f2"), new NpyElement<float>("f4"), new NpyElement<double>("f8"), new NpyElement<System.Numerics.Complex>("c16"),
    ];

    /// <summary>The dtype without its order of bytes.</summary>
    public abstract string Code { get; }

    /// <summary>How many bytes an element has.</summary>
    public abstract int Size { get; }

    /// <summary>The .NET types that are served.</summary>
    public abstract IReadOnlyList<Type> Types { get; }

    public static NpyElement Of(string code) => All.FirstOrDefault(e => e.Code == code)
        ?? throw new InvalidDataException($"its dtype is '{ErrorText.Escape(code)}', which .NET has no number for; known are {string.Join(", ", All.Select(e => e.Code))}");

    public static NpyElement Of(Type type) => All.FirstOrDefault(e => e.Serves(type)) ?? throw new ArgumentException($"{TypeNames.Of(type)} is not an array of numbers.", nameof(type));

    public bool Serves(Type type) => Types.Contains(type);

    /// <summary>The shape of a value.</summary>
    public abstract IReadOnlyList<int> ShapeOf(object value);

    /// <summary>How many bytes <see cref="WriteAsync"/> writes.</summary>
    public abstract long LengthOf(object value);

    /// <summary>Writes head and elements.</summary>
    public abstract ValueTask WriteAsync(object value, Stream stream, CancellationToken cancellationToken);

    /// <summary>Reads the elements after a head, as a grid.</summary>
    public abstract ValueTask<NdArray> ReadAsync(NpyHeader header, long bytes, Stream stream, CancellationToken cancellationToken);

    /// <summary>A grid as another of the types that are served.</summary>
    public abstract object As(NdArray array, Type type);
}
