namespace Cairn.Providers.Azure;

/// <summary>Converts user metadata to that of the service, whose names are C# identifiers and whose values are ASCII.</summary>
/// <remarks>
/// Valid names and values are unchanged. Other names (with <c>-</c>, a leading digit or Cairn's prefix) are written after <see cref="Escaped"/>, with
/// <c>_2d</c> for <c>-</c> and <c>_5f</c> for <c>_</c>; other values are percent-encoded UTF-8 with a prefix.
/// </remarks>
internal static class AzureMetadata
{
    /// <summary>The id of a conditional write, which identifies the write after a lost response. Hidden from users.</summary>
    public const string WriteId = "cairn_write_id";

    /// <summary>The CRC-32C of the whole content, in hexadecimal. Hidden from users.</summary>
    public const string Crc32C = "cairn_crc32c";

    private const string Own = "cairn_";
    private const string Escaped = "cairn_x_";
    private const string EncodedValue = "utf8''";

    public static string EncodeName(string name)
    {
        if (!char.IsAsciiDigit(name[0]) && !name.Contains('-', StringComparison.Ordinal) && !name.StartsWith(Own, StringComparison.Ordinal))
            return name;
        return Escaped + name.Replace("_", "_5f", StringComparison.Ordinal).Replace("-", "_2d", StringComparison.Ordinal);
    }

    /// <summary>Returns the user's name for a name of the service, or null for Cairn's own names.</summary>
    public static string? DecodeName(string name)
    {
        var lower = name.ToLowerInvariant();
        if (!lower.StartsWith(Own, StringComparison.Ordinal))
            return lower;
        return lower.StartsWith(Escaped, StringComparison.Ordinal)
            ? lower[Escaped.Length..].Replace("_2d", "-", StringComparison.Ordinal).Replace("_5f", "_", StringComparison.Ordinal)
            : null;
    }

    public static string EncodeValue(string value) =>
        value.All(static c => c is >= ' ' and <= '~') && value.Length > 0 && !value.StartsWith(EncodedValue, StringComparison.Ordinal) && value.Trim() == value
            ? value
            : EncodedValue + Uri.EscapeDataString(value);

    public static string DecodeValue(string value) =>
        value.StartsWith(EncodedValue, StringComparison.Ordinal) ? Uri.UnescapeDataString(value[EncodedValue.Length..]) : value;
}
