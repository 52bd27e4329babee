namespace Cairn.Workspaces;

/// <summary>Where a secret stands: <c>env:NAME</c>, an environment variable, or <c>file:PATH</c>, a file's text without its last line break.</summary>
/// <remarks>It is resolved only when a store is opened. A relative path is relative to the folder that holds <c>.cairn</c>.</remarks>
public static class SecretReference
{
    private const string Variable = "env:";
    private const string File = "file:";
    private const int MostBytes = 64 << 10;

    /// <summary>Whether a text is a reference.</summary>
    public static bool IsReference(string? text) =>
        text is not null
        && ((text.StartsWith(Variable, StringComparison.Ordinal) && text.Length > Variable.Length && !text.AsSpan(Variable.Length).ContainsAny("= \t\r\n"))
            || (text.StartsWith(File, StringComparison.Ordinal) && text.Length > File.Length && !text.Contains('\0')));

    /// <summary>Reads the secret.</summary>
    /// <param name="option">The option's name, for messages.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="folder">What a relative path is relative to.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the variable is not set, the file cannot be read or is too large, or the text is no reference.</exception>
    internal static async ValueTask<string> ResolveAsync(string option, string reference, string folder, CancellationToken cancellationToken)
    {
        if (!IsReference(reference))
            throw Invalid(option, "its value is no reference", null);
        if (reference.StartsWith(Variable, StringComparison.Ordinal))
        {
            var name = reference[Variable.Length..];
            return Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw Invalid(option, $"the environment variable {name} is not set", null);
        }
        var path = Path.GetFullPath(reference[File.Length..], folder);
        try
        {
            if (new FileInfo(path).Length > MostBytes)
                throw Invalid(option, $"{path} is larger than {MostBytes} bytes", null);
            var text = await System.IO.File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
            return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not StoreException))
        {
            throw Invalid(option, $"the file {path} cannot be read: {e.Message}", e);
        }
    }

    private static StoreException Invalid(string option, string reason, Exception? inner) => new(
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"secret option '{option}' cannot be resolved: {reason}") { Advice = "A secret is given as env:NAME or file:PATH." }, inner);
}
