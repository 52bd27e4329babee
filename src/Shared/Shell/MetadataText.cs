using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Catalog;

namespace Cairn.Shell;

/// <summary>Reads values of metadata that a user types.</summary>
internal static partial class MetadataText
{
    /// <summary>Adds the members that an option states, such as <c>KEY=VALUE</c>.</summary>
    /// <param name="members">The members. A later one replaces an earlier one.</param>
    /// <param name="texts">The values of the option; null for none.</param>
    /// <param name="option">The name of the option.</param>
    /// <param name="form">The form of a value, for errors.</param>
    /// <exception cref="UsageException">A text has another form.</exception>
    public static void Read(IDictionary<string, MetadataValue> members, IEnumerable<string>? texts, string option, string form)
    {
        foreach (var text in texts ?? [])
        {
            var (key, value) = Split(text, option, form);
            members[key] = Value(value);
        }
    }

    /// <summary>Splits a text at its first <c>=</c>.</summary>
    /// <exception cref="UsageException">The text has another form.</exception>
    public static (string Key, string Value) Split(string text, string option, string form)
    {
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        return cut < 1 ? throw new UsageException($"{option} takes {form}, but the value is '{text}'.") : (text[..cut], text[(cut + 1)..]);
    }

    /// <summary>Returns a value as it is typed: a number as in JSON, true or false, otherwise text. So <c>007</c> and an integer of more than 64 bits are text.</summary>
    public static MetadataValue Value(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ when !JsonNumber().IsMatch(text) => text,
        _ when text.AsSpan().IndexOfAny(".eE") < 0 => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? integer : text,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : text,
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex JsonNumber();
}
