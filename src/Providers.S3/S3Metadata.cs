namespace Cairn.Providers.S3;

/// <summary>
/// Encodes metadata values as headers, which must be ASCII: other values, and values that look encoded, are percent-encoded UTF-8 with a prefix.
/// </summary>
internal static class S3Metadata
{
    private const string Mark = "utf8''";

    public static string Encode(string value) =>
        value.All(c => c is >= ' ' and <= '~') && !value.StartsWith(Mark, StringComparison.Ordinal) && value.Trim() == value ? value : Mark + Uri.EscapeDataString(value);

    public static string Decode(string value) => value.StartsWith(Mark, StringComparison.Ordinal) ? Uri.UnescapeDataString(value[Mark.Length..]) : value;
}
