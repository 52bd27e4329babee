using Cairn.Workspaces;

namespace Cairn.Shell;

/// <summary>The form of an address.</summary>
internal enum AddressKind
{
    /// <summary>A local path: <c>src/a.cs</c>.</summary>
    Local,

    /// <summary><c>:path</c>: a path in the active store of the workspace.</summary>
    Active,

    /// <summary><c>NAME:path</c>: a path in a registered store.</summary>
    Registered,

    /// <summary><c>scheme://container/path</c>.</summary>
    Uri,

    /// <summary><c>-</c>: standard input or output.</summary>
    Standard,
}

/// <summary>An address as typed by the user, before its store is opened.</summary>
/// <param name="Text">The text of the address.</param>
/// <param name="Kind">The form of the address.</param>
/// <param name="Store">The name of the registered store, or null unless the kind is <see cref="AddressKind.Registered"/>.</param>
/// <param name="Rest">The part after the prefix: a path, or the whole text for a URI or local path.</param>
internal sealed record Address(string Text, AddressKind Kind, string? Store, string Rest)
{
    /// <summary>Gets whether the address ends with <c>/</c> and therefore refers to a folder.</summary>
    public bool IsFolder => Kind == AddressKind.Local ? Path.EndsInDirectorySeparator(Text) : Text.EndsWith('/');

    /// <summary>Gets whether the address refers to the content of a folder: it ends with <c>/.</c>, or a local path ends with <c>.</c> or <c>..</c>.</summary>
    public bool MeansContent { get; private init; } = Kind == AddressKind.Local && Path.GetFileName(Path.TrimEndingDirectorySeparator(Text)) is "." or "..";

    /// <summary>Parses an address without accessing any store.</summary>
    public static Address Parse(string text)
    {
        if (text.Length == 0)
            throw new UsageException("An address must not be empty.");
        if (text == "-")
            return new(text, AddressKind.Standard, null, "");
        // A path in a store has no '.' segment, so a final '.' can only have the meaning that it has for a local folder.
        if (text.EndsWith("/.", StringComparison.Ordinal) || text.EndsWith(":.", StringComparison.Ordinal))
        {
            var folder = Parse(text[..^1]);
            return folder.Kind == AddressKind.Local ? new(text, AddressKind.Local, null, text) : folder with { MeansContent = true };
        }
        if (text[0] == ':')
            return new(text, AddressKind.Active, null, text[1..]);
        if (text.StartsWith("asset:", StringComparison.Ordinal))
            throw new UsageException($"'{text}' is a reference to an asset, and this command takes addresses of files. Use 'cairn asset load'.");
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && text.AsSpan(colon).StartsWith("://") && IsScheme(text.AsSpan(0, colon)))
            return new(text, AddressKind.Uri, null, text);
        return colon > 0 && RegisteredStore.IsName(text[..colon])
            ? new(text, AddressKind.Registered, text[..colon], text[(colon + 1)..])
            : new(text, AddressKind.Local, null, text);
    }

    /// <summary>Returns the address of an entry below this one, in the same form.</summary>
    public string Below(StorePath relative)
    {
        if (relative.IsRoot)
            return Text;
        var slash = Text.EndsWith('/') || (Kind is AddressKind.Active or AddressKind.Registered && Rest.Length == 0) ? "" : "/";
        return Text + slash + relative.Value;
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetter(text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
                return false;
        }
        return true;
    }
}
