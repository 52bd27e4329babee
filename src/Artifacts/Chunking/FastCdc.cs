using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Artifacts.Chunking;

/// <summary>Cuts content where its own bytes say so, so that equal runs give equal chunks wherever they stand: FastCDC with normalised chunking, 64 KiB on average.</summary>
/// <remarks>The numbers and the table are part of the storage format as far as deduplication goes: with others, what is stored stays readable, and nothing new matches it.</remarks>
internal static class FastCdc
{
    public const int Min = 16 << 10;
    public const int Normal = 48 << 10;
    public const int Max = 256 << 10;

    /// <summary>Before the normal length, 18 bits must be zero, after it 14: so most chunks are a little longer than that, 64 KiB on average. The topmost bits
    /// depend on the last 47 to 64 bytes.</summary>
    private const ulong Strict = ~0UL << (64 - 18), Loose = ~0UL << (64 - 14);

    private static readonly ulong[] Gear = MakeGear();

    /// <summary>The length of the first chunk.</summary>
    /// <param name="data">Content from the start of a chunk: at least <see cref="Max"/> bytes, or all that is left.</param>
    public static int Cut(ReadOnlySpan<byte> data)
    {
        if (data.Length <= Min)
            return data.Length;
        var end = Math.Min(data.Length, Max);
        var normal = Math.Min(end, Normal);
        var hash = 0UL;
        var at = Scan(data, Min, normal, Strict, ref hash);
        if (at == 0)
            at = Scan(data, normal, end, Loose, ref hash);
        return at == 0 ? end : at;
    }

    /// <returns>Where to cut; 0 for nowhere.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Scan(ReadOnlySpan<byte> data, int from, int to, ulong mask, ref ulong hash)
    {
        ref var bytes = ref MemoryMarshal.GetReference(data[..to]);
        ref var gear = ref MemoryMarshal.GetArrayDataReference(Gear);
        var h = hash;
        for (var i = from; i < to; i++)
        {
            h = (h << 1) + Unsafe.Add(ref gear, (nint)Unsafe.Add(ref bytes, i));
            if ((h & mask) == 0)
                return i + 1;
        }
        hash = h;
        return 0;
    }

    /// <summary>SplitMix64 from zero: numbers that anybody can make again.</summary>
    private static ulong[] MakeGear()
    {
        var gear = new ulong[256];
        var state = 0UL;
        for (var i = 0; i < gear.Length; i++)
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            gear[i] = z ^ (z >> 31);
        }
        return gear;
    }
}
