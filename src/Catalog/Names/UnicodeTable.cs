using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Cairn.Catalog.Names;

/// <summary>Canonical composition and simple case folding of Unicode 16, from an embedded table that never changes.</summary>
/// <remarks>
/// The paths of names in a store depend on every result, so the runtime is not asked: <see cref="string.Normalize()"/> returns its input under invariant
/// globalization, and case tables differ between versions of ICU.
/// The algorithms are those of the Unicode Standard, sections 3.11 (normalization), 3.12 (Hangul syllables) and 3.13 (folding). <c>eng/fold-table.cs</c> generates the table.
/// </remarks>
internal static class UnicodeTable
{
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailBefore = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;
    private const int HangulCount = LeadCount * VowelCount * TrailCount;

    private static readonly Lazy<Tables> _tables = new(Tables.Read);

    /// <summary>Whether names may hold a code point: one that Unicode 16 assigns, and neither a control, a format character, a surrogate nor a line or paragraph separator.</summary>
    public static bool IsAllowed(Rune rune) => rune.IsAscii ? rune.Value is >= 0x20 and < 0x7F : !_tables.Value.IsRefused(rune.Value);

    /// <summary>Whether a code point has the property White_Space, of those that names may hold.</summary>
    public static bool IsWhiteSpace(Rune rune) => rune.Value is 0x20 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x202F or 0x205F or 0x3000;

    /// <summary>The text in Normalization Form C.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    public static string Compose(string text) => Ascii.IsValid(text) ? text : Composed(text, fold: false);

    /// <summary>Composes the text, folds the case of each code point, and composes the result, so that texts that differ only in case or in canonical composition give the same key.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    public static string Fold(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Composed(Composed(text, fold: true), fold: false);

    private static string Composed(string text, bool fold)
    {
        var tables = _tables.Value;
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            tables.Decompose(rune.Value, runes);
        tables.Order(runes);
        tables.Compose(runes);
        var result = new StringBuilder(text.Length);
        Span<char> chars = stackalloc char[2];
        foreach (var rune in runes)
            result.Append(chars[..new Rune(fold ? tables.Fold(rune) : rune).EncodeToUtf16(chars)]);
        return result.ToString();
    }

    private sealed class Tables
    {
        private readonly int[] _refusedFirst, _refusedLast;
        private readonly FrozenDictionary<int, byte> _classes;
        private readonly FrozenDictionary<int, (int First, int Second)> _decompositions;
        private readonly FrozenDictionary<long, int> _compositions;
        private readonly FrozenDictionary<int, int> _folds;

        private Tables(ReadOnlySpan<byte> data)
        {
            var at = "CairnU16".Length;
            var ranges = Next(data, ref at);
            (_refusedFirst, _refusedLast) = (new int[ranges], new int[ranges]);
            for (var i = 0; i < ranges; i++)
                (_refusedFirst[i], _refusedLast[i]) = (Next(data, ref at), Next(data, ref at));
            var classes = new Dictionary<int, byte>();
            for (var left = Next(data, ref at); left > 0; left--)
            {
                var entry = Next(data, ref at);
                classes.Add(entry & 0xFFFFFF, (byte)(entry >>> 24));
            }
            var decompositions = new Dictionary<int, (int, int)>();
            var compositions = new Dictionary<long, int>();
            for (var left = Next(data, ref at); left > 0; left--)
            {
                var (entry, first, second) = (Next(data, ref at), Next(data, ref at), Next(data, ref at));
                decompositions.Add(entry & 0xFFFFFF, (first, second));
                if (entry < 0)
                    compositions.Add(Pair(first, second), entry & 0xFFFFFF);
            }
            var folds = new Dictionary<int, int>();
            for (var left = Next(data, ref at); left > 0; left--)
                folds.Add(Next(data, ref at), Next(data, ref at));
            (_classes, _decompositions, _compositions, _folds) = (classes.ToFrozenDictionary(), decompositions.ToFrozenDictionary(), compositions.ToFrozenDictionary(), folds.ToFrozenDictionary());
        }

        public static Tables Read()
        {
            using var resource = typeof(UnicodeTable).Assembly.GetManifestResourceStream("unicode-16.bin")
                ?? throw new InvalidOperationException("The table unicode-16.bin is missing from the assembly.");
            var data = new byte[resource.Length];
            resource.ReadExactly(data);
            return new(data);
        }

        public bool IsRefused(int rune)
        {
            var index = Array.BinarySearch(_refusedFirst, rune);
            return index >= 0 || (~index > 0 && rune <= _refusedLast[~index - 1]);
        }

        public int Fold(int rune) => _folds.GetValueOrDefault(rune, rune);

        public void Decompose(int rune, List<int> target)
        {
            if (rune is >= HangulFirst and < HangulFirst + HangulCount)
            {
                var syllable = rune - HangulFirst;
                target.Add(LeadFirst + (syllable / (VowelCount * TrailCount)));
                target.Add(VowelFirst + (syllable % (VowelCount * TrailCount) / TrailCount));
                if (syllable % TrailCount is > 0 and var trail)
                    target.Add(TrailBefore + trail);
            }
            else if (_decompositions.TryGetValue(rune, out var parts))
            {
                Decompose(parts.First, target);
                if (parts.Second != 0)
                    Decompose(parts.Second, target);
            }
            else
            {
                target.Add(rune);
            }
        }

        /// <summary>Sorts each run of combining characters by their class, and leaves those of one class in order.</summary>
        public void Order(List<int> runes)
        {
            for (var i = 1; i < runes.Count; i++)
            {
                var combining = ClassOf(runes[i]);
                for (var j = i; combining != 0 && j > 0 && ClassOf(runes[j - 1]) > combining; j--)
                    (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
            }
        }

        public void Compose(List<int> runes)
        {
            var (starter, kept, last) = (-1, 0, -1);
            for (var i = 0; i < runes.Count; i++)
            {
                var rune = runes[i];
                var combining = ClassOf(rune);
                // A character between the starter and this one blocks it, unless its class is lower; "last" is that class, or -1 directly behind the starter.
                if (starter >= 0 && last < combining && TryCompose(runes[starter], rune, out var composite))
                {
                    runes[starter] = composite;
                    continue;
                }
                if (combining == 0)
                    (starter, last) = (kept, -1);
                else
                    last = combining;
                runes[kept++] = rune;
            }
            runes.RemoveRange(kept, runes.Count - kept);
        }

        private bool TryCompose(int first, int second, out int composite)
        {
            if (first is >= LeadFirst and < LeadFirst + LeadCount && second is >= VowelFirst and < VowelFirst + VowelCount)
            {
                composite = HangulFirst + ((((first - LeadFirst) * VowelCount) + second - VowelFirst) * TrailCount);
                return true;
            }
            if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TrailCount == 0 && second is > TrailBefore and < TrailBefore + TrailCount)
            {
                composite = first + second - TrailBefore;
                return true;
            }
            return _compositions.TryGetValue(Pair(first, second), out composite);
        }

        private int ClassOf(int rune) => rune < 0x300 ? 0 : _classes.GetValueOrDefault(rune);

        private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

        private static int Next(ReadOnlySpan<byte> data, ref int at) => BinaryPrimitives.ReadInt32LittleEndian(data[((at += 4) - 4)..]);
    }
}
