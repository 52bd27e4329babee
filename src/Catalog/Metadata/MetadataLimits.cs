using System.Text;
using Cairn.Catalog.Records;
using Cairn.Errors;

namespace Cairn.Catalog.Metadata;

/// <summary>What metadata and texts of a record may hold: more belongs into an artifact. Nothing is truncated.</summary>
internal static class MetadataLimits
{
    public const int TextBytes = 4096;
    public const int TotalBytes = 65_536;
    public const int Depth = 8;
    public const int NameBytes = 255;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks the metadata of a version.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the metadata is beyond a limit.</exception>
    public static void Check(IReadOnlyDictionary<string, MetadataValue> metadata)
    {
        CheckMembers(metadata, "", 1, TextBytes);
        var length = RecordJson.Write(MetadataJson.Write(metadata)).Length;
        if (length > TotalBytes)
            throw Refused($"the metadata has {length} bytes of JSON, more than {TotalBytes}");
    }

    /// <summary>Checks names, nesting and texts of parameters, whose size the caller limits.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the parameters are beyond a limit.</exception>
    public static void CheckParameters(IReadOnlyDictionary<string, MetadataValue> parameters) => CheckMembers(parameters, "", 1, int.MaxValue);

    /// <summary>Checks a text of a record, such as a description or a reason; null is allowed.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the text is too long or not well-formed.</exception>
    public static void CheckText(string? text, string what) => CheckText(text, what, TextBytes);

    private static void CheckText(string? text, string what, int maxBytes)
    {
        if (text is not null && Bytes(text, what) is var bytes && bytes > maxBytes)
            throw Refused($"{what} has {bytes} bytes of UTF-8, more than {maxBytes}");
    }

    /// <summary>Checks a text by which a record names something, such as a parameter, a metric, a role or an item.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the text is empty, too long or not well-formed.</exception>
    public static void CheckName(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name.Length > NameBytes || Bytes(name, $"{what} '{ErrorText.Escape(name)}'") > NameBytes)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, $"{what} '{ErrorText.Escape(name)}' does not have 1 to {NameBytes} bytes of UTF-8")
            {
                Advice = "Use a shorter name, and a value for what is longer.",
            });
        }
    }

    private static void CheckMembers(IReadOnlyDictionary<string, MetadataValue> members, string path, int depth, int maxText)
    {
        if (depth > Depth)
            throw Refused($"the metadata {path} has objects nested more than {Depth} levels deep");
        foreach (var (name, value) in members)
        {
            var full = path.Length == 0 ? ErrorText.Escape(name) : $"{path}.{ErrorText.Escape(name)}";
            if (Bytes(name, "a name of metadata") is 0 or > NameBytes)
                throw Refused($"the name of the metadata '{full}' does not have 1 to {NameBytes} bytes of UTF-8");
            if (name == MetadataJson.Mark)
                throw Refused($"the metadata '{full}' has a name that the record format reserves");
            CheckValue(value, full, depth, maxText);
        }
    }

    private static void CheckValue(MetadataValue value, string path, int depth, int maxText)
    {
        switch (value.Kind)
        {
            case MetadataKind.Text:
                CheckText(value.AsText(), $"the metadata '{path}'", maxText);
                break;
            case MetadataKind.List:
                foreach (var item in value.AsList())
                {
                    if (item.Kind is MetadataKind.List or MetadataKind.Object)
                        throw Refused($"the list '{path}' contains a list or an object");
                    CheckValue(item, path, depth, maxText);
                }
                break;
            case MetadataKind.Object:
                CheckMembers(value.AsObject(), path, depth + 1, maxText);
                break;
        }
    }

    private static int Bytes(string text, string what)
    {
        try
        {
            return _strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Refused($"{what} contains an unpaired surrogate");
        }
    }

    private static StoreException Refused(string reason) =>
        new(new StoreFault(StoreErrorCode.Unsupported, reason) { Advice = "Save what is larger as an artifact, and record its digest." });
}
