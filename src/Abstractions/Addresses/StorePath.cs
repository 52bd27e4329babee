using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn;

/// <summary>A path inside a store: segments joined by <c>/</c>, literal text, never percent-decoded.</summary>
/// <remarks>
/// <para>No segment is empty, <c>.</c> or <c>..</c>, and none holds NUL or an unpaired surrogate, so a path that exists cannot climb out of its store.
/// Everything else is content: spaces, <c>%41</c>, <c>#</c>, <c>?</c>, <c>\</c>. Case is kept. One leading and one trailing <c>/</c> are accepted
/// and are not part of the path.</para>
/// <para>The default value is <see cref="Root"/>, the empty path. Paths compare in UTF-8 byte order (<see cref="Utf8Order"/>).</para>
/// </remarks>
[TypeConverter(typeof(TextTypeConverter<StorePath>)), JsonConverter(typeof(TextJsonConverter<StorePath>))]
public readonly struct StorePath : IEquatable<StorePath>, IComparable<StorePath>, ISpanParsable<StorePath>
{
    private readonly string? _value;

    private StorePath(string value) => _value = value;

    /// <summary>The empty path: the store's root itself.</summary>
    public static StorePath Root => default;

    /// <summary>The path's text, without leading or trailing <c>/</c>; empty for the root.</summary>
    public string Value => _value ?? "";

    /// <summary>True for the empty path.</summary>
    public bool IsRoot => string.IsNullOrEmpty(_value);

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The path without its last segment. The root is its own parent.</summary>
    public StorePath Parent => Value.LastIndexOf('/') is var slash and >= 0 ? new(Value[..slash]) : Root;

    /// <summary>The number of segments; zero for the root.</summary>
    public int Depth => IsRoot ? 0 : Value.AsSpan().Count('/') + 1;

    /// <summary>The segments, first to last; empty for the root.</summary>
    public IReadOnlyList<string> Segments => IsRoot ? [] : Value.Split('/');

    /// <summary>
    /// True when every platform can hold each segment as a file name: no <c>\ : * ? " &lt; &gt; |</c>, no control character, no Windows device name,
    /// no trailing dot or space, at most 255 UTF-8 bytes.
    /// </summary>
    public bool IsPortable
    {
        get
        {
            foreach (var range in Value.AsSpan().Split('/'))
            {
                if (PortableNames.Problem(Value.AsSpan(range)) is not null && !IsRoot)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Parses a path.</summary>
    /// <exception cref="FormatException">A segment is empty, <c>.</c> or <c>..</c>, or holds NUL or an unpaired surrogate.</exception>
    public static StorePath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var path, out var problem) ? path : throw new FormatException($"'{ErrorText.Escape(text)}' is not a store path: {problem}.");
    }

    /// <summary>Parses a path without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out StorePath path) => TryParse(text, out path, out _);

    /// <summary>Adds a path below this one.</summary>
    public static StorePath operator /(StorePath parent, StorePath child) => parent.Join(child);

    /// <summary>Reads text as a path, so that methods that take a path accept a string.</summary>
    /// <exception cref="ArgumentException">The text is not a path, for the reasons of <see cref="Parse(string)"/>: what a method throws for an argument that it cannot take.</exception>
    public static implicit operator StorePath(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var path, out var problem) ? path : throw new ArgumentException($"'{ErrorText.Escape(text)}' is not a store path: {problem}.", nameof(text));
    }

    /// <summary>Adds a path below this one.</summary>
    public StorePath Join(StorePath child) => IsRoot ? child : child.IsRoot ? this : new($"{_value}/{child._value}");

    /// <summary>True when this path is <paramref name="ancestor"/> or lies below it, by whole segments: <c>a/bc</c> is not under <c>a/b</c>.</summary>
    public bool IsUnder(StorePath ancestor) =>
        ancestor.IsRoot
        || (Value.StartsWith(ancestor.Value, StringComparison.Ordinal) && (Value.Length == ancestor.Value.Length || Value[ancestor.Value.Length] == '/'));

    /// <summary>The part of this path below <paramref name="ancestor"/>.</summary>
    /// <exception cref="ArgumentException">This path is not under <paramref name="ancestor"/>.</exception>
    public StorePath RelativeTo(StorePath ancestor)
    {
        if (!IsUnder(ancestor))
            throw new ArgumentException($"'{Value}' is not under '{ancestor.Value}'.", nameof(ancestor));
        return ancestor.IsRoot ? this : Value.Length == ancestor.Value.Length ? Root : new(Value[(ancestor.Value.Length + 1)..]);
    }

    /// <summary>Compares in UTF-8 byte order.</summary>
    public int CompareTo(StorePath other) => Utf8Order.Compare(Value, other.Value);

    /// <inheritdoc/>
    public bool Equals(StorePath other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StorePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The path's text (<see cref="Value"/>).</summary>
    public override string ToString() => Value;

    /// <summary>Ordinal equality.</summary>
    public static bool operator ==(StorePath left, StorePath right) => left.Equals(right);

    /// <summary>Ordinal inequality.</summary>
    public static bool operator !=(StorePath left, StorePath right) => !left.Equals(right);

    /// <summary>UTF-8 byte order.</summary>
    public static bool operator <(StorePath left, StorePath right) => left.CompareTo(right) < 0;

    /// <summary>UTF-8 byte order.</summary>
    public static bool operator >(StorePath left, StorePath right) => left.CompareTo(right) > 0;

    /// <summary>UTF-8 byte order.</summary>
    public static bool operator <=(StorePath left, StorePath right) => left.CompareTo(right) <= 0;

    /// <summary>UTF-8 byte order.</summary>
    public static bool operator >=(StorePath left, StorePath right) => left.CompareTo(right) >= 0;

    static StorePath IParsable<StorePath>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<StorePath>.TryParse(string? s, IFormatProvider? provider, out StorePath result) => TryParse(s, out result);

    static StorePath ISpanParsable<StorePath>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool ISpanParsable<StorePath>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out StorePath result) => TryParse(s.ToString(), out result);

    internal static bool TryParse(string? text, out StorePath path, out string? problem)
    {
        path = default;
        if (text is null)
        {
            problem = "it is null";
            return false;
        }
        var body = text.AsSpan();
        if (body.Length > 0 && body[0] == '/')
            body = body[1..];
        if (body.Length > 0 && body[^1] == '/')
            body = body[..^1];
        else if (body.IsEmpty)
        {
            problem = null;
            return true;
        }
        problem = Problem(body);
        if (problem is not null)
            return false;
        path = new(body.Length == text.Length ? text : body.ToString());
        return true;
    }

    private static string? Problem(ReadOnlySpan<char> body)
    {
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == '\0')
                return "it holds a NUL character";
            if (!char.IsSurrogate(body[i]))
                continue;
            if (!char.IsHighSurrogate(body[i]) || i + 1 == body.Length || !char.IsLowSurrogate(body[i + 1]))
                return "it holds an unpaired surrogate";
            i++;
        }
        foreach (var range in body.Split('/'))
        {
            switch (body[range])
            {
                case "":
                    return "it holds an empty segment";
                case ".":
                    return "it holds the segment '.'";
                case "..":
                    return "it holds the segment '..'";
            }
        }
        return null;
    }
}
