using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli;

/// <summary>The arguments that are references to assets, and what they mean.</summary>
internal static class AssetArgument
{
    /// <summary>Returns true if an argument is a reference to an asset and is therefore completed as one.</summary>
    public static bool IsAsset(Argument argument) => argument is IAsset;

    /// <summary>Creates an argument for the name of an asset.</summary>
    public static Argument<string> Name(string name = "name", string description = "The name of the asset.") => new Asset<string>(name) { Description = description, HelpName = name.ToUpperInvariant() };

    /// <summary>Creates an argument for a reference.</summary>
    public static Argument<string> Reference(string name = "ref", string description = "A name (the newest version), 'name:7' or 'name@alias'.") =>
        new Asset<string>(name) { Description = description, HelpName = name.ToUpperInvariant() };

    /// <summary>Creates an argument for a reference that may be omitted.</summary>
    public static Argument<string?> OptionalReference(string description) => new Asset<string?>("ref") { Description = description, HelpName = "REF", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Creates an argument for several references.</summary>
    public static Argument<string[]> References(string description) => new Asset<string[]>("ref") { Description = description, HelpName = "REF", Arity = ArgumentArity.OneOrMore };

    /// <summary>Parses a reference.</summary>
    /// <exception cref="UsageException">The text is not a reference.</exception>
    public static AssetReference Parse(string text) =>
        text.Length == 0 ? throw new UsageException("A reference to an asset must not be empty.") : AssetReference.Parse(text);

    /// <summary>Parses a reference that must not be a digest.</summary>
    public static AssetReference ParseAsset(string text) =>
        Parse(text) is { Digest: null } reference ? reference : throw new UsageException($"'{text}' is the digest of an artifact. This command needs the name of an asset.");

    /// <summary>Parses the name of an asset.</summary>
    /// <exception cref="UsageException">The text names a version or an artifact.</exception>
    public static string ParseName(string text) =>
        ParseAsset(text) is { IsLatest: true, Name: { } name } ? name : throw new UsageException($"'{text}' names a version. This command needs the name of an asset, without ':' and '@'.");

    /// <summary>Checks an alias.</summary>
    /// <exception cref="UsageException">The text cannot be an alias.</exception>
    public static string ParseAlias(string text)
    {
        try
        {
            return AssetReference.OfAlias("x", text).Alias!;
        }
        catch (Exception e) when (e is StoreException { Code: StoreErrorCode.PathConflict } or ArgumentException)
        {
            throw new UsageException($"{(e as StoreException)?.Reason ?? "An alias must not be empty"}.", e);
        }
    }

    /// <summary>Parses the number of a version.</summary>
    /// <exception cref="UsageException">The text is not a number from 1 on.</exception>
    public static int ParseNumber(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"'{text}' is not the number of a version: a number from 1 on.");

    /// <summary>Parses where an alias has to be: a number, <c>none</c>, or anywhere if the text is null.</summary>
    /// <exception cref="UsageException">The text is neither.</exception>
    public static AliasExpectation ParseExpectation(string? text) => text switch
    {
        null => default,
        "none" => AliasExpectation.Absent,
        _ => AliasExpectation.At(ParseNumber(text)),
    };

    private interface IAsset;

    private sealed class Asset<T>(string name) : Argument<T>(name), IAsset;
}
