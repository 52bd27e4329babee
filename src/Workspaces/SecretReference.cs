namespace Cairn.Workspaces;

/// <summary>
/// A reference to a secret: <c>env:NAME</c> refers to an environment variable, and <c>file:PATH</c> to the text of a file without its final line break.
/// </summary>
/// <remarks>A reference is resolved only when a store is opened. A relative path is relative to the folder that contains <c>.cairn</c>.</remarks>
public static class SecretReference
{
    private const string Variable = "env:";
    private const string File = "file:";
    private const int MostBytes = 64 << 10;

    /// <summary>Returns true if a text is a reference.</summary>
    public static bool IsReference(string? text) =>
        text is not null
        && ((text.StartsWith(Variable, StringComparison.Ordinal) && text.Length > Variable.Length && !text.AsSpan(Variable.Length).ContainsAny("= \t\r\n"))
            || (text.StartsWith(File, StringComparison.Ordinal) && text.Length > File.Length && !text.Contains('\0')));

    /// <summary>Resolves a reference to the secret.</summary>
    /// <param name="option">The name of the option, for messages.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="folder">The base folder of relative paths.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the variable is not set, the file cannot be read or is too large,
    /// or the text is not a reference.</exception>
    internal static async ValueTask<string> ResolveAsync(string option, string reference, string folder, CancellationToken cancellationToken)
    {
        if (!IsReference(reference))
            throw Invalid(option, "its value is not a reference", null);
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
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"secret option '{option}' cannot be resolved: {reason}") { Advice = "Specify a secret as env:NAME or file:PATH." }, inner);
}
