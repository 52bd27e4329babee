using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn;

/// <summary>An absolute URI of a store or an entry: <c>scheme://container/path</c>, or <c>file:///path</c>.</summary>
/// <remarks>
/// <para>
/// <para>The text is literal: it is not percent-decoded, normalized or truncated, so <c>a b</c>, <c>%41</c>, <c>#</c> and <c>?</c> are part of the name, and
/// two different texts never name the same object. (<see cref="Uri"/> is not used because it converts the container to lower case, resolves <c>..</c>,
/// decodes, replaces <c>\</c> by <c>/</c>, and ends the path at <c>#</c> and <c>?</c>.) Only the scheme is converted to lower case.</para>
/// </para>
/// <para>
/// <para>A URI never contains a secret: an authority of the form <c>user:password@host</c> is refused. For every valid text,
/// <c>Parse(Parse(text).ToString())</c> equals <c>Parse(text)</c>.</para>
/// </para>
/// </remarks>
[TypeConverter(typeof(TextTypeConverter<StoreUri>)), JsonConverter(typeof(TextJsonConverter<StoreUri>))]
public sealed class StoreUri : IEquatable<StoreUri>, IParsable<StoreUri>
{
    /// <summary>The scheme of local files.</summary>
    public const string FileScheme = "file";

    private StoreUri(string scheme, string container, StorePath path) => (Scheme, Container, Path) = (scheme, container, path);

    /// <summary>Gets the scheme in lower case, such as <c>s3</c>.</summary>
    public string Scheme { get; }

    /// <summary>
    /// Gets the part between <c>://</c> and the next <c>/</c>: a bucket, blob container or host. Case-sensitive. Empty only for <c>file</c>.
    /// </summary>
    public string Container { get; }

    /// <summary>Gets the path below the container.</summary>
    public StorePath Path { get; }

    /// <summary>Parses an absolute URI, or an absolute local path, which is converted to a <c>file</c> URI.</summary>
    /// <exception cref="FormatException">The text is not a valid URI. The message states the reason and never contains a password.</exception>
    public static StoreUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var uri, out var problem) ? uri : throw new FormatException(problem);
    }

    /// <summary>Parses a text, so methods that take a URI also accept a string.</summary>
    /// <exception cref="ArgumentException">The text is not a valid URI; see <see cref="Parse(string)"/>.</exception>
    public static implicit operator StoreUri(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var uri, out var problem) ? uri : throw new ArgumentException(problem, nameof(text));
    }

    /// <summary>Tries to parse a URI.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StoreUri? uri) => TryParse(text, out uri, out _);

    /// <summary>Creates a URI from its parts.</summary>
    /// <exception cref="FormatException">The scheme or the container is not valid.</exception>
    public static StoreUri Create(string scheme, string container, StorePath path)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(container);
        var lower = scheme.ToLowerInvariant();
        return Problem(lower, container) is { } problem ? throw new FormatException(problem) : new(lower, container, path);
    }

    /// <summary>
    /// Creates the <c>file</c> URI of a local path as typed by a user: relative to the current directory, with <c>.</c> and <c>..</c> resolved as the system
    /// does.
    /// </summary>
    /// <exception cref="FormatException">The path is empty or contains NUL or an unpaired surrogate.</exception>
    public static StoreUri FromLocalPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path.Contains('\0'))
            throw new FormatException($"'{ErrorText.Escape(path)}' is not a local path: it is empty or contains a NUL character.");
        var full = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            full = full.Replace('\\', '/');
        return new(FileScheme, "", StorePath.Parse(full));
    }

    /// <summary>Returns the path of a <c>file</c> URI in the form of the current operating system.</summary>
    /// <exception cref="InvalidOperationException">The scheme is not <c>file</c>.</exception>
    public string ToLocalPath()
    {
        if (Scheme != FileScheme)
            throw new InvalidOperationException($"{this} is not a local file.");
        return OperatingSystem.IsWindows() ? WindowsPath() : "/" + Path.Value;

        string WindowsPath() => Path.Depth == 1 ? Path.Value + '\\' : Path.Value.Replace('/', '\\');
    }

    /// <summary>Returns the URI of a path below this one.</summary>
    public StoreUri Join(StorePath child) => child.IsRoot ? this : new(Scheme, Container, Path / child);

    /// <summary>Returns the URI of a path below another URI.</summary>
    public static StoreUri operator /(StoreUri parent, StorePath child)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return parent.Join(child);
    }

    /// <summary>Returns the URI of another path in the same container.</summary>
    public StoreUri WithPath(StorePath path) => new(Scheme, Container, path);

    /// <summary>
    /// Returns true if this URI equals <paramref name="ancestor"/> or is below it: same scheme, same container, and a path that begins with the segments of
    /// the other path.
    /// </summary>
    public bool IsUnder(StoreUri ancestor)
    {
        ArgumentNullException.ThrowIfNull(ancestor);
        return Scheme == ancestor.Scheme && Container == ancestor.Container && Path.IsUnder(ancestor.Path);
    }

    /// <summary>Returns the URI as text. Parsing it yields an equal URI.</summary>
    public override string ToString() => Path.IsRoot && Container.Length > 0 ? $"{Scheme}://{Container}" : $"{Scheme}://{Container}/{Path.Value}";

    /// <inheritdoc/>
    public bool Equals(StoreUri? other) => other is not null && Scheme == other.Scheme && Container == other.Container && Path == other.Path;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StoreUri);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scheme, Container, Path);

    /// <summary>Returns true if scheme, container and path are equal.</summary>
    public static bool operator ==(StoreUri? left, StoreUri? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Returns true if scheme, container or path differ.</summary>
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
            return $"'{ErrorText.Escape(scheme)}' is not a URI scheme: a scheme starts with a letter and contains letters, digits, '+', '-' and '.'.";
        if (scheme == FileScheme)
            return container.Length == 0 ? null : $"A file URI cannot have a host: write file:///path, not file://{ErrorText.Escape(container)}/….";
        if (container.Length == 0)
            return $"The {scheme} URI requires a container: write {scheme}://container/path.";
        if (container.IndexOf('@', StringComparison.Ordinal) is var at and > 0 && container.AsSpan(0, at).Contains(':'))
            return $"The {scheme} URI must not contain a password: specify credentials in the options of the store.";
        return StorePath.TryParse(container, out var asPath, out var problem) && asPath.Depth == 1 && asPath.Value == container
            ? null
            : $"'{ErrorText.Escape(container)}' cannot be the container of the {scheme} URI: {problem ?? "it contains '/'"}.";
    }
}
