using System.Collections.ObjectModel;
using System.Globalization;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Records;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>A value of metadata: text, a Boolean, an integer, a double, a time, a list or an object. Immutable, and equal by type and value.</summary>
/// <remarks>
/// The integer 1 and the double 1.0 are different values, NaN equals NaN, times are equal if they are the same moment, and the order of an object's members does not count. The
/// implicit conversions create values;
/// <see cref="List(IEnumerable{MetadataValue})"/> and <see cref="Object"/> create lists and objects.
/// Limits are checked by the save: a text has at most 4,096 bytes of UTF-8, a list contains no lists and objects, objects are nested at most eight levels deep, and all metadata of a
/// version has at most 65,536 bytes of JSON.
/// </remarks>
public sealed class MetadataValue : IEquatable<MetadataValue>
{
    private const int LongestShown = 100;

    private readonly object _value;
    private readonly string? _owner;

    private MetadataValue(MetadataKind kind, object value, string? owner = null) => (Kind, _value, _owner) = (kind, value, owner);

    /// <summary>Gets the type of the value.</summary>
    public MetadataKind Kind { get; }

    /// <summary>Creates a list.</summary>
    /// <param name="items">The items, which are copied.</param>
    public static MetadataValue List(IEnumerable<MetadataValue> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var copy = items.ToArray();
        if (Array.IndexOf(copy, null) >= 0)
            throw new ArgumentException("Metadata contains no null.", nameof(items));
        return new(MetadataKind.List, Array.AsReadOnly(copy));
    }

    /// <summary>Creates an object.</summary>
    /// <param name="members">The members, which are copied.</param>
    public static MetadataValue Object(IEnumerable<KeyValuePair<string, MetadataValue>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return new(MetadataKind.Object, MetadataMembers.Copy(members));
    }

    /// <summary>Gets the text.</summary>
    /// <exception cref="InvalidOperationException">The value has another <see cref="Kind"/>.</exception>
    public string AsText() => As<string>(MetadataKind.Text);

    /// <summary>Gets the Boolean.</summary>
    /// <exception cref="InvalidOperationException">The value has another <see cref="Kind"/>.</exception>
    public bool AsBoolean() => As<bool>(MetadataKind.Boolean);

    /// <summary>Gets the integer.</summary>
    /// <exception cref="InvalidOperationException">The value has another <see cref="Kind"/>.</exception>
    public long AsInteger() => As<long>(MetadataKind.Integer);

    /// <summary>Gets the double; an integer is converted.</summary>
    /// <exception cref="InvalidOperationException">The value is neither a double nor an integer.</exception>
    public double AsNumber() => Kind == MetadataKind.Integer ? (long)_value : As<double>(MetadataKind.Number);

    /// <summary>Gets the time in UTC.</summary>
    /// <exception cref="InvalidOperationException">The value has another <see cref="Kind"/>.</exception>
    public DateTimeOffset AsTime() => As<DateTimeOffset>(MetadataKind.Time);

    /// <summary>Gets the items of the list.</summary>
    /// <exception cref="InvalidOperationException">The value has another <see cref="Kind"/>.</exception>
    public IReadOnlyList<MetadataValue> AsList() => As<ReadOnlyCollection<MetadataValue>>(MetadataKind.List);

    /// <summary>Gets the members of the object.</summary>
    /// <exception cref="InvalidOperationException">The value has another <see cref="Kind"/>.</exception>
    public IReadOnlyDictionary<string, MetadataValue> AsObject() => As<ReadOnlyDictionary<string, MetadataValue>>(MetadataKind.Object);

    /// <inheritdoc/>
    public bool Equals(MetadataValue? other) => other is not null && Kind == other.Kind && Kind switch
    {
        MetadataKind.List => AsList().SequenceEqual(other.AsList()),
        MetadataKind.Object => MetadataMembers.Equal(AsObject(), other.AsObject()),
        _ => _value.Equals(other._value),
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MetadataValue);

    /// <inheritdoc/>
    public override int GetHashCode() => Kind switch
    {
        MetadataKind.List => HashCode.Combine(Kind, AsList().Count),
        MetadataKind.Object => HashCode.Combine(Kind, AsObject().Count),
        _ => HashCode.Combine(Kind, _value),
    };

    /// <summary>Returns a text as it is, a number and a time in the invariant culture, and a list or an object as JSON.</summary>
    public override string ToString() => Kind switch
    {
        MetadataKind.Boolean => (bool)_value ? "true" : "false",
        MetadataKind.Time => Record.Format((DateTimeOffset)_value),
        MetadataKind.List or MetadataKind.Object => MetadataJson.Write(this).ToJsonString(),
        _ => Convert.ToString(_value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Returns true if two values are equal.</summary>
    public static bool operator ==(MetadataValue? left, MetadataValue? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Returns true if two values are not equal.</summary>
    public static bool operator !=(MetadataValue? left, MetadataValue? right) => !(left == right);

    /// <summary>Creates a text.</summary>
    public static implicit operator MetadataValue(string value) => new(MetadataKind.Text, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Creates a Boolean.</summary>
    public static implicit operator MetadataValue(bool value) => new(MetadataKind.Boolean, value);

    /// <summary>Creates an integer.</summary>
    public static implicit operator MetadataValue(long value) => new(MetadataKind.Integer, value);

    /// <summary>Creates an integer.</summary>
    public static implicit operator MetadataValue(int value) => new(MetadataKind.Integer, (long)value);

    /// <summary>Creates a double.</summary>
    public static implicit operator MetadataValue(double value) => new(MetadataKind.Number, value);

    /// <summary>Creates a time, which is converted to UTC.</summary>
    public static implicit operator MetadataValue(DateTimeOffset value) => new(MetadataKind.Time, value.ToUniversalTime());

    /// <summary>Returns the value with the name of what has it, for the error of a reader that expects another type.</summary>
    internal MetadataValue Of(string owner) => new(Kind, _value, owner);

    private T As<T>(MetadataKind kind) => Kind == kind ? (T)_value : throw new InvalidOperationException($"The value {Shown()}{(_owner is null ? "" : $" of {_owner}")} is of the kind {Kind} and not {kind}.");

    private string Shown() => ToString() is { Length: > LongestShown } text ? $"'{ErrorText.Escape(text[..LongestShown])}…'" : $"'{ErrorText.Escape(ToString())}'";
}
