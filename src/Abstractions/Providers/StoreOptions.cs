using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Cairn.Errors;

namespace Cairn.Providers;

/// <summary>Converts option values from text to the typed options record of a flavor.</summary>
public static class StoreOptions
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    private static readonly (string Suffix, TimeSpan Unit)[] Times =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    /// <summary>
    /// Creates a <typeparamref name="T"/> and sets the properties named in <paramref name="values"/>. Other properties keep their defaults.
    /// </summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.InvalidConfiguration"/>: an option is unknown, a value is not valid, or a required option is missing. Messages never
    /// contain the value of a secret.
    /// </exception>
    public static T Bind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        IReadOnlyDictionary<string, string> values)
        where T : new()
    {
        ArgumentNullException.ThrowIfNull(values);
        var properties = PropertiesOf(typeof(T));
        foreach (var name in values.Keys.Where(name => !properties.Exists(p => p.Option.Name == name)))
        {
            var known = properties.Count == 0 ? "available: none" : "available: " + string.Join(", ", properties.Select(p => p.Option.Name).Order(StringComparer.Ordinal));
            throw new StoreException(StoreErrorCode.InvalidConfiguration, $"'{ErrorText.Escape(name)}' is not an option of this flavor; {known}");
        }
        object result = new T();
        foreach (var (property, option) in properties)
        {
            if (values.TryGetValue(option.Name, out var text))
            {
                if (!TryRead(property.PropertyType, option, text, out var value))
                {
                    var given = option.Secret ? "the given value is not" : $"the value is '{ErrorText.Escape(text)}'";
                    throw new StoreException(
                        StoreErrorCode.InvalidConfiguration, $"option '{option.Name}' must be of type {TypeName(property.PropertyType, option)}, but {given}");
                }
                property.SetValue(result, value);
            }
            else if (option.Required)
                throw new StoreException(StoreErrorCode.InvalidConfiguration, $"option '{option.Name}' is required: {option.Description}");
        }
        return (T)result;
    }

    /// <summary>Parses a number of bytes: digits with an optional unit of kB, MB, GB, TB, KiB, MiB, GiB or TiB.</summary>
    public static bool TryReadSize(string? text, out long bytes)
    {
        bytes = 0;
        if (text is null)
            return false;
        var (suffix, factor) = Units.FirstOrDefault(u => text.EndsWith(u.Suffix, StringComparison.OrdinalIgnoreCase), (Suffix: "", Factor: 1L));
        if (!long.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue / factor)
            return false;
        bytes = number * factor;
        return true;
    }

    /// <summary>Parses a duration: a number with ms, s, m, h or d, or <c>[d.]hh:mm:ss</c>.</summary>
    public static bool TryReadDuration(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null)
            return false;
        foreach (var (suffix, unit) in Times)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)
                || !double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                continue;
            if (number > TimeSpan.MaxValue.TotalMilliseconds / unit.TotalMilliseconds)
                return false;
            duration = unit * number;
            return true;
        }
        return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;
    }

    internal static List<OptionProperty> PropertiesOf([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type options)
    {
        var found = new List<OptionProperty>();
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<StoreOptionAttribute>() is { } option)
                found.Add(new(property, option));
        }
        return found;
    }

    internal static string TypeName(Type type, StoreOptionAttribute option)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (option.Size)
            return "size";
        if (type.IsEnum)
            return string.Join('|', Enum.GetNames(type).Select(Word));
        if (type == typeof(TimeSpan))
            return "duration";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => "string",
            TypeCode.Boolean => "bool",
            TypeCode.Int32 or TypeCode.Int64 => "int",
            TypeCode.Double => "number",
            _ => throw new ArgumentException($"Option '{option.Name}' has the type {type.Name}, which is not supported for options."),
        };
    }

    internal static string? Print(object? value) => value switch
    {
        null => null,
        bool b => b ? "true" : "false",
        Enum e => Word(e.ToString()),
        TimeSpan t => t.Ticks % TimeSpan.TicksPerSecond == 0 ? $"{(long)t.TotalSeconds}s" : $"{t.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}ms",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static bool TryRead(Type type, StoreOptionAttribute option, string text, out object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        if (option.Size)
        {
            if (!TryReadSize(text, out var bytes) || (type == typeof(int) && bytes > int.MaxValue))
                return false;
            value = type == typeof(int) ? (object)(int)bytes : bytes;
        }
        else if (type.IsEnum)
            value = Enum.GetNames(type).FirstOrDefault(n => string.Equals(Word(n), text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse(type, name) : null;
        else if (type == typeof(TimeSpan))
            value = TryReadDuration(text, out var duration) ? duration : null;
        else if (type == typeof(string))
            value = text;
        else if (type == typeof(bool))
            value = text.ToLowerInvariant() switch { "true" or "yes" or "1" => true, "false" or "no" or "0" => false, _ => null };
        else if (type == typeof(int))
            value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? i : null;
        else if (type == typeof(long))
            value = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? l : null;
        else if (type == typeof(double))
            value = double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var d) ? d : null;
        return value is not null;
    }

    /// <summary>Returns the text of an enum member for users: <c>ReadWrite</c> becomes <c>read-write</c>.</summary>
    private static string Word(string member) =>
        string.Concat(member.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 && char.IsAsciiLetterLower(member[i - 1]) ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>A property that is an option.</summary>
    internal sealed record OptionProperty(PropertyInfo Property, StoreOptionAttribute Option);
}
