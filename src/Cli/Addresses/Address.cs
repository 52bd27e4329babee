using Cairn.Workspaces;

namespace Cairn.Cli;

/// <summary>How an address is written.</summary>
internal enum AddressKind
{
    /// <summary>A path of this machine: <c>src/a.cs</c>.</summary>
    Local,

    /// <summary><c>:path</c>: in the workspace's active store.</summary>
    Active,

    /// <summary><c>NAME:path</c>: in a registered store.</summary>
    Registered,

    /// <summary><c>scheme://container/path</c>.</summary>
    Uri,

    /// <summary><c>-</c>: standard input or output.</summary>
    Standard,
}

/// <summary>An address as a person types it, before any store is opened.</summary>
/// <param name="Text">What was typed.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="Store">The registered store's name; null unless the kind is <see cref="AddressKind.Registered"/>.</param>
/// <param name="Rest">What follows the prefix: a path, or the whole text of a URI or local path.</param>
internal sealed record Address(string Text, AddressKind Kind, string? Store, string Rest)
{
    /// <summary>Whether it was written as a folder: it ends with <c>/</c>.</summary>
    public bool IsFolder => Kind == AddressKind.Local ? Path.EndsInDirectorySeparator(Text) : Text.EndsWith('/');

    /// <summary>Whether it means what is in a folder rather than the folder: an end of <c>/.</c>, and for local paths also <c>.</c> and <c>..</c>.</summary>
    public bool MeansContent { get; private init; } = Kind == AddressKind.Local && Path.GetFileName(Path.TrimEndingDirectorySeparator(Text)) is "." or "..";

    /// <summary>Reads an address. Nothing is looked up.</summary>
    public static Address Parse(string text)
    {
        if (text.Length == 0)
            throw new UsageException("An address is empty.");
        if (text == "-")
            return new(text, AddressKind.Standard, null, "");
        // In a store, '.' names nothing: at the end it can only say what it says of a local folder.
        if (text.EndsWith("/.", StringComparison.Ordinal) || text.EndsWith(":.", StringComparison.Ordinal))
        {
            var folder = Parse(text[..^1]);
            return folder.Kind == AddressKind.Local ? new(text, AddressKind.Local, null, text) : folder with { MeansContent = true };
        }
        if (text[0] == ':')
            return new(text, AddressKind.Active, null, text[1..]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && text.AsSpan(colon).StartsWith("://") && IsScheme(text.AsSpan(0, colon)))
            return new(text, AddressKind.Uri, null, text);
        return colon > 0 && RegisteredStore.IsName(text[..colon])
            ? new(text, AddressKind.Registered, text[..colon], text[(colon + 1)..])
            : new(text, AddressKind.Local, null, text);
    }

    /// <summary>The address of something below this one, written in the same way.</summary>
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
