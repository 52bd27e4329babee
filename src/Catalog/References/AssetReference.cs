using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Cairn.Artifacts;
using Cairn.Catalog.Names;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn.Catalog;

/// <summary>
/// A reference to a version of an asset, as people type it: <c>name</c> (the newest version), <c>name:7</c>, <c>name@alias</c>, or <c>sha256:…</c> (an artifact, without an asset).
/// </summary>
/// <remarks>A reference is only text that has passed the rules of names: nothing has to exist. <see cref="ToString"/> returns a text that is parsed to an equal reference.</remarks>
[TypeConverter(typeof(TextTypeConverter<AssetReference>)), JsonConverter(typeof(TextJsonConverter<AssetReference>))]
public sealed record AssetReference : IParsable<AssetReference>
{
    private AssetReference()
    {
    }

    /// <summary>Gets the name of the asset in Normalization Form C; null for a digest.</summary>
    public string? Name { get; private init; }

    /// <summary>Gets the number of the version; null if the reference has none.</summary>
    public int? Number { get; private init; }

    /// <summary>Gets the alias in Normalization Form C; null if the reference has none.</summary>
    public string? Alias { get; private init; }

    /// <summary>Gets the digest of an artifact; null for a version of an asset.</summary>
    public BlobDigest? Digest { get; private init; }

    /// <summary>Gets whether the reference names an asset without a version, and so leads to its newest version.</summary>
    public bool IsLatest => Digest is null && Number is null && Alias is null;

    /// <summary>Returns a reference to the newest version of an asset.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name an asset.</exception>
    public static AssetReference OfAsset(string name) => new() { Name = CatalogName.OfAsset(name).Text };

    /// <summary>Returns a reference to a version.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name an asset.</exception>
    public static AssetReference OfVersion(string name, int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return new() { Name = CatalogName.OfAsset(name).Text, Number = number };
    }

    /// <summary>Returns a reference to the version to which an alias leads.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: a text cannot name an asset or an alias.</exception>
    public static AssetReference OfAlias(string name, string alias) => new() { Name = CatalogName.OfAsset(name).Text, Alias = CatalogName.OfAlias(alias) };

    /// <summary>Returns a reference to an artifact.</summary>
    public static AssetReference OfArtifact(BlobDigest digest) => new() { Digest = digest };

    /// <summary>Parses a reference. <c>name@latest</c> is <c>name</c>.</summary>
    /// <exception cref="FormatException">The text is not a reference.</exception>
    public static AssetReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var reference, out var problem) ? reference : throw new FormatException($"'{ErrorText.Escape(text)}' is not a reference to an asset: {problem}.");
    }

    /// <summary>Tries to parse a reference.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [MaybeNullWhen(false)] out AssetReference reference) => TryParse(text, out reference, out _);

    static AssetReference IParsable<AssetReference>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<AssetReference>.TryParse(string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out AssetReference result) => TryParse(s, out result);

    /// <summary>Parses a text, so that methods which take a reference also accept a string.</summary>
    /// <exception cref="ArgumentException">The text is not a reference; see <see cref="Parse(string)"/>.</exception>
    public static implicit operator AssetReference(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var reference, out var problem) ? reference : throw new ArgumentException($"'{ErrorText.Escape(text)}' is not a reference to an asset: {problem}.", nameof(text));
    }

    /// <summary>Returns the text of the reference.</summary>
    public override string ToString() => Digest is { } digest ? digest.ToString()
        : Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"{Name}:{number}")
        : Alias is not null ? $"{Name}@{Alias}"
        : Name!;

    private static bool TryParse(string? text, [MaybeNullWhen(false)] out AssetReference reference, [MaybeNullWhen(true)] out string problem)
    {
        (reference, problem) = (null, "it is empty");
        if (string.IsNullOrEmpty(text))
            return false;
        if (text.StartsWith("sha256:", StringComparison.Ordinal))
        {
            problem = "'sha256:' is not followed by 64 lower-case hexadecimal digits";
            reference = BlobDigest.TryParse(text, out var digest) ? OfArtifact(digest) : null;
            return reference is not null;
        }
        var at = text.AsSpan().IndexOfAny(':', '@');
        try
        {
            var name = at < 0 ? text : text[..at];
            problem = "no name stands before the separator";
            if (name.Length == 0)
                return false;
            var rest = at < 0 ? "" : text[(at + 1)..];
            if (at >= 0 && rest.Length == 0)
                problem = "nothing follows the separator";
            else if (at < 0 || (text[at] == '@' && string.Equals(rest, CatalogName.Latest, StringComparison.OrdinalIgnoreCase)))
                reference = OfAsset(name);
            else if (text[at] == '@')
                reference = OfAlias(name, rest);
            else if (rest[0] != '0' && int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                reference = OfVersion(name, number);
            else
                problem = "':' is not followed by a version number; an alias stands after '@'";
            return reference is not null;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.PathConflict)
        {
            problem = e.Reason;
            return false;
        }
    }
}
