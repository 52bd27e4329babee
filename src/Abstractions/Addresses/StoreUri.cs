using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn;

/// <summary>An absolute address: <c>scheme://container/path</c>, or <c>file:///path</c>.</summary>
/// <remarks>
/// <para>Literal: nothing is percent-decoded, collapsed or cut, so <c>a b</c>, <c>%41</c>, <c>#</c> and <c>?</c> are content and two different texts
/// never name one object. (<see cref="Uri"/> lower-cases the container, collapses <c>..</c>, decodes, turns <c>\</c> into <c>/</c> and cuts at <c>#</c> and
/// <c>?</c>; it is not used.) Only the scheme is brought to lower case.</para>
/// <para>It never carries a secret: an authority of the form <c>user:password@host</c> is refused. For every text that parses,
/// <c>Parse(Parse(text).ToString())</c> equals <c>Parse(text)</c>.</para>
/// </remarks>
[TypeConverter(typeof(TextTypeConverter<StoreUri>)), JsonConverter(typeof(TextJsonConverter<StoreUri>))]
public sealed class StoreUri : IEquatable<StoreUri>, IParsable<StoreUri>
{
    /// <summary>The scheme of local files.</summary>
    public const string FileScheme = "file";

    private StoreUri(string scheme, string container, StorePath path) => (Scheme, Container, Path) = (scheme, container, path);

    /// <summary>The scheme in lower case, such as <c>s3</c>.</summary>
    public string Scheme { get; }

    /// <summary>What stands between <c>://</c> and the next <c>/</c>: bucket, blob container, host. Case is kept. Empty only for <c>file</c>.</summary>
    public string Container { get; }

    /// <summary>The path below the container.</summary>
    public StorePath Path { get; }

    /// <summary>Parses an absolute URI, or a bare absolute path of this machine, which means <c>file</c>.</summary>
    /// <exception cref="FormatException">The text is not such an address. The message says why, and shows no password.</exception>
    public static StoreUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var uri, out var problem) ? uri : throw new FormatException(problem);
    }

    /// <summary>Reads text as an address, so that methods that take an address accept a string.</summary>
    /// <exception cref="ArgumentException">The text is not an address, for the reasons of <see cref="Parse(string)"/>: what a method throws for an argument that it cannot take.</exception>
    public static implicit operator StoreUri(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var uri, out var problem) ? uri : throw new ArgumentException(problem, nameof(text));
    }

    /// <summary>Parses an address without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StoreUri? uri) => TryParse(text, out uri, out _);

    /// <summary>Makes an address from its parts.</summary>
    /// <exception cref="FormatException">The scheme or the container is not valid.</exception>
    public static StoreUri Create(string scheme, string container, StorePath path)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(container);
        var lower = scheme.ToLowerInvariant();
        return Problem(lower, container) is { } problem ? throw new FormatException(problem) : new(lower, container, path);
    }

    /// <summary>The <c>file</c> address of a path as a person types it: relative to the current directory, <c>.</c> and <c>..</c> resolved, as the system does.</summary>
    /// <exception cref="FormatException">The path is empty or cannot be an address (NUL, unpaired surrogate).</exception>
    public static StoreUri FromLocalPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path.Contains('\0'))
            throw new FormatException($"'{ErrorText.Escape(path)}' is not a local path: it is empty or holds a NUL character.");
        var full = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            full = full.Replace('\\', '/');
        return new(FileScheme, "", StorePath.Parse(full));
    }

    /// <summary>The path of a <c>file</c> address in the form of this machine's system.</summary>
    /// <exception cref="InvalidOperationException">The scheme is not <c>file</c>.</exception>
    public string ToLocalPath()
    {
        if (Scheme != FileScheme)
            throw new InvalidOperationException($"{this} is not a local file.");
        return OperatingSystem.IsWindows() ? WindowsPath() : "/" + Path.Value;

        string WindowsPath() => Path.Depth == 1 ? Path.Value + '\\' : Path.Value.Replace('/', '\\');
    }

    /// <summary>The address of a path below this one.</summary>
    public StoreUri Join(StorePath child) => child.IsRoot ? this : new(Scheme, Container, Path / child);

    /// <summary>The address of a path below another.</summary>
    public static StoreUri operator /(StoreUri parent, StorePath child)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return parent.Join(child);
    }

    /// <summary>The same container with another path.</summary>
    public StoreUri WithPath(StorePath path) => new(Scheme, Container, path);

    /// <summary>True when this address is <paramref name="ancestor"/> or lies below it: same scheme, same container, path under by whole segments.</summary>
    public bool IsUnder(StoreUri ancestor)
    {
        ArgumentNullException.ThrowIfNull(ancestor);
        return Scheme == ancestor.Scheme && Container == ancestor.Container && Path.IsUnder(ancestor.Path);
    }

    /// <summary>The address as text; parsing it gives an equal address.</summary>
    public override string ToString() => Path.IsRoot && Container.Length > 0 ? $"{Scheme}://{Container}" : $"{Scheme}://{Container}/{Path.Value}";

    /// <inheritdoc/>
    public bool Equals(StoreUri? other) => other is not null && Scheme == other.Scheme && Container == other.Container && Path == other.Path;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StoreUri);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scheme, Container, Path);

    /// <summary>Equality of scheme, container and path.</summary>
    public static bool operator ==(StoreUri? left, StoreUri? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality of scheme, container or path.</summary>
    public static bool operator !=(StoreUri? left, StoreUri? right) => !(left == right);

    static StoreUri IParsable<StoreUri>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<StoreUri>.TryParse(string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out StoreUri result) => TryParse(s, out result);

    private static bool TryParse(string? text, [NotNullWhen(true)] out StoreUri? uri, out string? problem)
    {
        uri = null;
        if (text is null)
        {
            problem = "null is not a store URI.";
            return false;
        }
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        if (mark < 0 || text.IndexOf('/') < mark)
            return TryParseBare(text, out uri, out problem);
        var rest = text.AsSpan(mark + 3);
        var slash = rest.IndexOf('/');
        var scheme = text[..mark].ToLowerInvariant();
        var container = (slash < 0 ? rest : rest[..slash]).ToString();
        problem = Problem(scheme, container);
        if (problem is not null)
            return false;
        if (!StorePath.TryParse(slash < 0 ? "" : rest[slash..].ToString(), out var path, out var pathProblem))
        {
            problem = $"'{ErrorText.Escape(text)}' is not a store URI: {pathProblem}.";
            return false;
        }
        uri = new(scheme, container, path);
        return true;
    }

    private static bool TryParseBare(string text, [NotNullWhen(true)] out StoreUri? uri, out string? problem)
    {
        uri = null;
        var absolute = text.StartsWith('/') || (OperatingSystem.IsWindows() && text.Length > 2 && char.IsAsciiLetter(text[0]) && text[1] == ':' && text[2] is '/' or '\\');
        if (!absolute)
        {
            problem = $"'{ErrorText.Escape(text)}' is not a store URI: write scheme://container/path, or an absolute local path.";
            return false;
        }
        if (!StorePath.TryParse(OperatingSystem.IsWindows() ? text.Replace('\\', '/') : text, out var path, out var pathProblem))
        {
            problem = $"'{ErrorText.Escape(text)}' is not a store URI: {pathProblem}.";
            return false;
        }
        problem = null;
        uri = new(FileScheme, "", path);
        return true;
    }

    private static string? Problem(string scheme, string container)
    {
        if (scheme.Length == 0 || !char.IsAsciiLetterLower(scheme[0]) || scheme.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('+' or '-' or '.')))
            return $"'{ErrorText.Escape(scheme)}' is not a URI scheme: it starts with a letter and holds letters, digits, '+', '-' and '.'.";
        if (scheme == FileScheme)
            return container.Length == 0 ? null : $"A file URI names no host: write file:///path, not file://{ErrorText.Escape(container)}/….";
        if (container.Length == 0)
            return $"A {scheme} URI names a container: write {scheme}://container/path.";
        if (container.IndexOf('@', StringComparison.Ordinal) is var at and > 0 && container.AsSpan(0, at).Contains(':'))
            return $"A {scheme} URI never carries a password: give credentials through the store's options.";
        return StorePath.TryParse(container, out var asPath, out var problem) && asPath.Depth == 1 && asPath.Value == container
            ? null
            : $"'{ErrorText.Escape(container)}' cannot be the container of a {scheme} URI: {problem ?? "it holds '/'"}.";
    }
}
