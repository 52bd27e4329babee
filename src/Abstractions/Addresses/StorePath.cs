using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn;

/// <summary>A path in a store: segments separated by <c>/</c>, as literal text without percent-decoding.</summary>
/// <remarks>
/// <para>
/// <para>A segment cannot be empty, <c>.</c> or <c>..</c>, and cannot contain NUL or an unpaired surrogate, so a path cannot leave its store. All other
/// characters are literal: spaces, <c>%41</c>, <c>#</c>, <c>?</c>, <c>\</c>. Paths are case-sensitive. One leading and one trailing <c>/</c> are accepted
/// and are not part of the path.</para>
/// </para>
/// <para><para>The default value is <see cref="Root"/>, the empty path. Paths are ordered by their UTF-8 bytes (<see cref="Utf8Order"/>).</para></para>
/// </remarks>
[TypeConverter(typeof(TextTypeConverter<StorePath>)), JsonConverter(typeof(TextJsonConverter<StorePath>))]
public readonly struct StorePath : IEquatable<StorePath>, IComparable<StorePath>, ISpanParsable<StorePath>
{
    private readonly string? _value;

    private StorePath(string value) => _value = value;

    /// <summary>Gets the empty path, which is the root of the store.</summary>
    public static StorePath Root => default;

    /// <summary>Gets the text of the path, without leading or trailing <c>/</c>; empty for the root.</summary>
    public string Value => _value ?? "";

    /// <summary>Gets whether the path is empty.</summary>
    public bool IsRoot => string.IsNullOrEmpty(_value);

    /// <summary>Gets the last segment; empty for the root.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>Gets the path without its last segment. The parent of the root is the root.</summary>
    public StorePath Parent => Value.LastIndexOf('/') is var slash and >= 0 ? new(Value[..slash]) : Root;

    /// <summary>Gets the number of segments; 0 for the root.</summary>
    public int Depth => IsRoot ? 0 : Value.AsSpan().Count('/') + 1;

    /// <summary>Gets the segments, from first to last; empty for the root.</summary>
    public IReadOnlyList<string> Segments => IsRoot ? [] : Value.Split('/');

    /// <summary>
    /// Gets whether each segment is a valid file name on every platform: no <c>\ : * ? " &lt; &gt; |</c>, no control character, not a Windows device name,
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
    /// <exception cref="FormatException">A segment is empty, <c>.</c> or <c>..</c>, or contains NUL or an unpaired surrogate.</exception>
    public static StorePath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var path, out var problem) ? path : throw new FormatException($"'{ErrorText.Escape(text)}' is not a store path: {problem}.");
    }

    /// <summary>Tries to parse a path.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out StorePath path) => TryParse(text, out path, out _);

    /// <summary>Returns the path of an entry below this one.</summary>
    public static StorePath operator /(StorePath parent, StorePath child) => parent.Join(child);

    /// <summary>Parses a text, so methods that take a path also accept a string.</summary>
    /// <exception cref="ArgumentException">The text is not a valid path; see <see cref="Parse(string)"/>.</exception>
    public static implicit operator StorePath(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var path, out var problem) ? path : throw new ArgumentException($"'{ErrorText.Escape(text)}' is not a store path: {problem}.", nameof(text));
    }

    /// <summary>Returns the path of an entry below this one.</summary>
    public StorePath Join(StorePath child) => IsRoot ? child : child.IsRoot ? this : new($"{_value}/{child._value}");

    /// <summary>Returns true if this path equals <paramref name="ancestor"/> or is below it. Whole segments are compared: <c>a/bc</c> is not under <c>a/b</c>.</summary>
    public bool IsUnder(StorePath ancestor) =>
        ancestor.IsRoot
        || (Value.StartsWith(ancestor.Value, StringComparison.Ordinal) && (Value.Length == ancestor.Value.Length || Value[ancestor.Value.Length] == '/'));

    /// <summary>Returns the part of this path below <paramref name="ancestor"/>.</summary>
    /// <exception cref="ArgumentException">This path is not under <paramref name="ancestor"/>.</exception>
    public StorePath RelativeTo(StorePath ancestor)
    {
        if (!IsUnder(ancestor))
            throw new ArgumentException($"'{Value}' is not under '{ancestor.Value}'.", nameof(ancestor));
        return ancestor.IsRoot ? this : Value.Length == ancestor.Value.Length ? Root : new(Value[(ancestor.Value.Length + 1)..]);
    }

    /// <summary>Compares two paths by their UTF-8 bytes.</summary>
    public int CompareTo(StorePath other) => Utf8Order.Compare(Value, other.Value);

    /// <inheritdoc/>
    public bool Equals(StorePath other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StorePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>Returns the text of the path (<see cref="Value"/>).</summary>
    public override string ToString() => Value;

    /// <summary>Returns true if two paths are equal (ordinal comparison).</summary>
    public static bool operator ==(StorePath left, StorePath right) => left.Equals(right);

    /// <summary>Returns true if two paths are not equal (ordinal comparison).</summary>
    public static bool operator !=(StorePath left, StorePath right) => !left.Equals(right);

    /// <summary>Compares two paths by their UTF-8 bytes.</summary>
    public static bool operator <(StorePath left, StorePath right) => left.CompareTo(right) < 0;

    /// <summary>Compares two paths by their UTF-8 bytes.</summary>
    public static bool operator >(StorePath left, StorePath right) => left.CompareTo(right) > 0;

    /// <summary>Compares two paths by their UTF-8 bytes.</summary>
    public static bool operator <=(StorePath left, StorePath right) => left.CompareTo(right) <= 0;

    /// <summary>Compares two paths by their UTF-8 bytes.</summary>
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
                return "it contains a NUL character";
            if (!char.IsSurrogate(body[i]))
                continue;
            if (!char.IsHighSurrogate(body[i]) || i + 1 == body.Length || !char.IsLowSurrogate(body[i + 1]))
                return "it contains an unpaired surrogate";
            i++;
        }
        foreach (var range in body.Split('/'))
        {
            switch (body[range])
            {
                case "":
                    return "it contains an empty segment";
                case ".":
                    return "it contains the segment '.'";
                case "..":
                    return "it contains the segment '..'";
            }
        }
        return null;
    }
}
