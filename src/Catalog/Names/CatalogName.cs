using System.Text;
using Cairn.Errors;

namespace Cairn.Catalog.Names;

/// <summary>A name that has passed the rules, with the key under which it is found.</summary>
/// <param name="Text">The name in Normalization Form C.</param>
/// <param name="Key">The folded name: names that differ only in case or canonical composition have one key.</param>
internal readonly record struct CatalogName(string Text, string Key)
{
    /// <summary>The version of the folding, which records carry.</summary>
    public const int FoldVersion = 16;

    /// <summary>The alias that the catalog computes.</summary>
    public const string Latest = "latest";

    private const int MaxBytes = 255;
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks the name of an asset.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name an asset; the message gives the reason.</exception>
    public static CatalogName OfAsset(string text)
    {
        var name = Check(text, "an asset");
        if (text.StartsWith("sha256:", StringComparison.Ordinal))
            throw Refused(text, "an asset", "it begins with 'sha256:', which marks a digest");
        Without("@:#", name.Text, "an asset");
        return name;
    }

    /// <summary>Checks the name of a flow.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name a flow; the message gives the reason.</exception>
    public static string OfFlow(string text) => Without("@:#", Check(text, "a flow").Text, "a flow");

    /// <summary>Checks the name of a step.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name a step; the message gives the reason.</exception>
    public static string OfStep(string text) => Without("/#", Check(text, "a step").Text, "a step");

    /// <summary>Checks the name of an output.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name an output; the message gives the reason.</exception>
    public static string OfOutput(string text) => Check(text, "an output").Text;

    /// <summary>Checks the name of an alias.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name an alias; the message gives the reason.</exception>
    public static string OfAlias(string text)
    {
        var name = Check(text, "an alias");
        if (name.Key == Latest)
            throw Refused(text, "an alias", "'latest' is computed and cannot be set");
        return Without("@:#", name.Text, "an alias");
    }

    /// <summary>The beginning of the keys of the names that begin with a text.</summary>
    public static string FoldPrefix(string text) => UnicodeTable.Fold(UnicodeTable.Compose(text));

    /// <summary>Checks a tag: a label, or <c>key:value</c> or <c>key=value</c>.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be a tag; the message gives the reason.</exception>
    public static string OfTag(string text) => Check(text, "a tag").Text;

    /// <summary>Checks the type of an asset.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot be a type; the message gives the reason.</exception>
    public static string OfType(string text) => Check(text, "a type").Text;

    private static string Without(string separators, string text, string kind) => text.AsSpan().IndexOfAny(separators) is >= 0 and var at
        ? throw Refused(text, kind, $"it contains '{text[at]}', which separates the parts of a reference")
        : text;

    private static CatalogName Check(string text, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        // A name of a megabyte is not normalized first.
        if (text.Length > MaxBytes)
            throw Refused(text[..32] + "…", kind, $"it has more than {MaxBytes} bytes of UTF-8");
        try
        {
            _strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Refused(text, kind, "it contains an unpaired surrogate");
        }
        foreach (var rune in text.EnumerateRunes())
        {
            if (!UnicodeTable.IsAllowed(rune))
                throw Refused(text, kind, $"it contains U+{rune.Value:X4}, which is a control or format character or is not assigned in Unicode {FoldVersion}");
        }
        var composed = UnicodeTable.Compose(text);
        if (_strict.GetByteCount(composed) > MaxBytes)
            throw Refused(text, kind, $"it has more than {MaxBytes} bytes of UTF-8");
        Rune.DecodeFromUtf16(composed, out var first, out _);
        Rune.DecodeLastFromUtf16(composed, out var last, out _);
        if (UnicodeTable.IsWhiteSpace(first) || UnicodeTable.IsWhiteSpace(last))
            throw Refused(text, kind, "it begins or ends with white space");
        foreach (var segment in composed.AsSpan().Split('/'))
        {
            if (composed.AsSpan(segment) is "" or "." or "..")
                throw Refused(text, kind, "one of the segments between '/' is empty, '.' or '..'");
        }
        return new(composed, UnicodeTable.Fold(composed));
    }

    private static StoreException Refused(string text, string kind, string reason) => new(new StoreFault(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(text)}' cannot name {kind}: {reason}")
    {
        Advice = "Choose another name: 1 to 255 bytes of printable text, in segments joined by '/'.",
    });
}
