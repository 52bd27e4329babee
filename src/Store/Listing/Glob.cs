using System.Text;
using Cairn.Errors;

namespace Cairn.Listing;

/// <summary>A pattern for paths: alternatives, each a list of segments. Immutable.</summary>
/// <remarks>
/// Braces are expanded first, so an alternative can contain <c>/</c>. Within a segment, <c>*</c>, <c>?</c> and <c>[…]</c> apply. A segment <c>**</c> matches
/// any number of segments and, as the last one, at least one. There is no escape character, because <c>\</c> is valid in paths: <c>[*]</c> is a literal
/// <c>*</c>.
/// </remarks>
internal sealed class Glob
{
    private const int MaxAlternatives = 1024;

    private Glob(IReadOnlyList<IReadOnlyList<GlobSegment>> alternatives) => Alternatives = alternatives;

    public IReadOnlyList<IReadOnlyList<GlobSegment>> Alternatives { get; }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="ArgumentException">A bracket or brace is not closed, a segment is empty, <c>.</c> or <c>..</c>, or there are more than 1,024
    /// alternatives.</exception>
    public static Glob Parse(string pattern)
    {
        var body = pattern.StartsWith('/') ? pattern[1..] : pattern;
        if (body.Length == 0)
            throw Invalid(pattern, "it is empty");
        var texts = new List<string>();
        Expand(pattern, "", body, texts);
        return new([.. texts.Distinct(StringComparer.Ordinal).Select(text => (IReadOnlyList<GlobSegment>)[.. text.Split('/').Select(s => GlobSegment.Parse(pattern, s))])]);
    }

    /// <summary>Returns true if the whole path matches.</summary>
    public bool IsMatch(StorePath path)
    {
        var segments = path.Segments;
        foreach (var alternative in Alternatives)
        {
            if (IsMatch(alternative, 0, segments, 0))
                return true;
        }
        return false;
    }

    /// <summary>True when the segments from <paramref name="at"/> on match the alternative from <paramref name="from"/> on.</summary>
    public static bool IsMatch(IReadOnlyList<GlobSegment> alternative, int from, IReadOnlyList<string> segments, int at)
    {
        // The last "**" met is where to come back to: it may always take one segment more, and an earlier one never needs to.
        int star = -1, starAt = 0;
        while (true)
        {
            if (from < alternative.Count && alternative[from].IsAnyDepth)
            {
                if (from == alternative.Count - 1)
                    return at < segments.Count;
                (star, starAt) = (from++, at);
            }
            else if (at == segments.Count ? from == alternative.Count : from < alternative.Count && alternative[from].IsMatch(segments[at]))
            {
                if (at == segments.Count)
                    return true;
                from++;
                at++;
            }
            else if (star >= 0 && starAt < segments.Count)
                (from, at) = (star + 1, ++starAt);
            else
                return false;
        }
    }

    internal static ArgumentException Invalid(string pattern, string problem) =>
        new($"'{ErrorText.Escape(pattern)}' is not a glob: {problem}.", nameof(pattern));

    private static void Expand(string pattern, string head, string rest, List<string> results)
    {
        var open = OpenBrace(pattern, rest);
        if (open < 0)
        {
            if (results.Count == MaxAlternatives)
                throw Invalid(pattern, $"its braces make more than {MaxAlternatives} alternatives");
            results.Add(head + rest);
            return;
        }
        int depth = 0, start = open + 1;
        List<string> choices = [];
        for (var i = open; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case '[' when ClassEnd(rest, i) is var end and > 0:
                    i = end;
                    break;
                case '{':
                    depth++;
                    break;
                case ',' when depth == 1:
                    choices.Add(rest[start..i]);
                    start = i + 1;
                    break;
                case '}' when --depth == 0:
                    choices.Add(rest[start..i]);
                    foreach (var choice in choices)
                        Expand(pattern, head + rest[..open], choice + rest[(i + 1)..], results);
                    return;
            }
        }
        throw Invalid(pattern, "a '{' is not closed; write [{] for a literal one");
    }

    private static int OpenBrace(string pattern, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{')
                return i;
            if (text[i] == '[')
                i = ClassEnd(text, i) is var end and > 0 ? end : throw Invalid(pattern, "a '[' is not closed; write [[] for a literal one");
        }
        return -1;
    }

    /// <summary>Where the class that opens at an index closes; -1 when it does not. A <c>]</c> right after the opening is a member.</summary>
    internal static int ClassEnd(string text, int open)
    {
        var i = open + 1;
        if (i < text.Length && text[i] == '!')
            i++;
        return i < text.Length && text.IndexOf(']', i + 1) is var close and > 0 && text.IndexOf('/', open, close - open) < 0 ? close : -1;
    }
}

/// <summary>One segment of a <see cref="Glob"/>.</summary>
internal sealed class GlobSegment
{
    private readonly Piece[] _pieces;

    private GlobSegment(Piece[] pieces, string? literal, string prefix) => (_pieces, Literal, LiteralPrefix) = (pieces, literal, prefix);

    /// <summary>True for <c>**</c>.</summary>
    public bool IsAnyDepth => _pieces.Length == 0;

    /// <summary>The text when the segment matches nothing else; otherwise null.</summary>
    public string? Literal { get; }

    /// <summary>The text with which every match begins.</summary>
    public string LiteralPrefix { get; }

    public static GlobSegment Parse(string pattern, string text)
    {
        if (text is "" or "." or "..")
            throw Glob.Invalid(pattern, $"it holds the segment '{text}'");
        if (text == "**")
            return new([], null, "");
        var pieces = new List<Piece>();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '*')
            {
                if (pieces.Count == 0 || !pieces[^1].IsAny)
                    pieces.Add(Piece.Any);
                i++;
            }
            else if (text[i] == '?')
            {
                pieces.Add(Piece.One);
                i++;
            }
            else if (text[i] == '[')
            {
                var close = Glob.ClassEnd(text, i);
                if (close < 0)
                    throw Glob.Invalid(pattern, "a '[' is not closed; write [[] for a literal one");
                pieces.Add(Piece.Class(pattern, text.AsSpan(i + 1, close - i - 1)));
                i = close + 1;
            }
            else
            {
                if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used) != System.Buffers.OperationStatus.Done)
                    throw Glob.Invalid(pattern, "it holds an unpaired surrogate");
                pieces.Add(Piece.Literal(rune));
                i += used;
            }
        }
        var prefix = string.Concat(pieces.TakeWhile(p => p.Single is not null).Select(p => p.Single!.Value.ToString()));
        return new([.. pieces], pieces.TrueForAll(p => p.Single is not null) ? prefix : null, prefix);
    }

    public bool IsMatch(string name)
    {
        if (Literal is not null)
            return string.Equals(Literal, name, StringComparison.Ordinal);
        if (!name.StartsWith(LiteralPrefix, StringComparison.Ordinal))
            return false;
        int piece = 0, at = 0, star = -1, starAt = 0;
        while (true)
        {
            if (piece < _pieces.Length && _pieces[piece].IsAny)
            {
                (star, starAt) = (piece++, at);
                continue;
            }
            if (at == name.Length)
                return piece == _pieces.Length;
            Rune.DecodeFromUtf16(name.AsSpan(at), out var rune, out var used);
            if (piece < _pieces.Length && _pieces[piece].Accepts(rune))
            {
                piece++;
                at += used;
            }
            else if (star >= 0)
            {
                Rune.DecodeFromUtf16(name.AsSpan(starAt), out _, out used);
                (piece, at) = (star + 1, starAt += used);
            }
            else
                return false;
        }
    }

    /// <summary>Any run, any one character, or one of some ranges of characters.</summary>
    private readonly record struct Piece(bool IsAny, (Rune First, Rune Last)[]? Ranges, bool Negated)
    {
        public static Piece Any => new(true, null, false);

        public static Piece One => new(false, null, false);

        public Rune? Single => Ranges is [var (first, last)] && !Negated && first == last ? first : null;

        public static Piece Literal(Rune rune) => new(false, [(rune, rune)], false);

        public static Piece Class(string pattern, ReadOnlySpan<char> members)
        {
            var negated = members[0] == '!';
            var runes = new List<Rune>();
            foreach (var rune in members[(negated ? 1 : 0)..].EnumerateRunes())
                runes.Add(rune);
            var ranges = new List<(Rune, Rune)>();
            for (var i = 0; i < runes.Count; i++)
            {
                if (i + 2 < runes.Count && runes[i + 1].Value == '-')
                {
                    if (runes[i] > runes[i + 2])
                        throw Glob.Invalid(pattern, $"the range {runes[i]}-{runes[i + 2]} is empty");
                    ranges.Add((runes[i], runes[i + 2]));
                    i += 2;
                }
                else
                    ranges.Add((runes[i], runes[i]));
            }
            return new(false, [.. ranges], negated);
        }

        public bool Accepts(Rune rune)
        {
            if (Ranges is null)
                return true;
            foreach (var (first, last) in Ranges)
            {
                if (rune >= first && rune <= last)
                    return !Negated;
            }
            return Negated;
        }
    }
}
