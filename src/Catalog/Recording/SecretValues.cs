using System.Collections.Concurrent;
using Cairn.Catalog.Metadata;
using Cairn.Errors;

namespace Cairn.Catalog.Recording;

/// <summary>The secrets of a run: resolved when they are needed, and hidden in texts that are recorded. Thread-safe.</summary>
/// <param name="references">Where each secret is read from.</param>
internal sealed class SecretValues(IReadOnlyDictionary<string, string> references)
{
    private const string Variable = "env:";
    private const string LocalFile = "file:";
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> References { get; } = references;

    /// <summary>Checks the form of the references, without reading the secrets.</summary>
    public static IReadOnlyDictionary<string, string> Check(IEnumerable<KeyValuePair<string, string>> references)
    {
        var copy = new Dictionary<string, string>(references, StringComparer.Ordinal);
        foreach (var (name, reference) in copy)
        {
            MetadataLimits.CheckName(name, "the secret");
            MetadataLimits.CheckText(reference, $"the reference of the secret '{ErrorText.Escape(name)}'");
            if (!(reference.StartsWith(Variable, StringComparison.Ordinal) && reference.Length > Variable.Length)
                && !(reference.StartsWith(LocalFile, StringComparison.Ordinal) && reference.Length > LocalFile.Length))
                throw new ArgumentException($"The secret '{ErrorText.Escape(name)}' needs a reference of the form env:NAME or file:PATH. Its value is not accepted: it would be stored.", nameof(references));
        }
        return copy;
    }

    /// <summary>Reads a secret.</summary>
    public string Resolve(string name)
    {
        if (!References.TryGetValue(name, out var reference))
            throw new KeyNotFoundException($"The run has no secret '{ErrorText.Escape(name)}'. It has {(References.Count == 0 ? "none" : string.Join(", ", References.Keys.Order(StringComparer.Ordinal)))}.");
        return _values.GetOrAdd(name, _ => Read(name, reference));
    }

    /// <summary>Replaces the values of the secrets that were read by asterisks.</summary>
    public string Hide(string text)
    {
        foreach (var value in _values.Values)
            text = text.Replace(value, "***", StringComparison.Ordinal);
        return text;
    }

    private static string Read(string name, string reference)
    {
        string? value;
        if (reference.StartsWith(Variable, StringComparison.Ordinal))
        {
            value = Environment.GetEnvironmentVariable(reference[Variable.Length..]);
        }
        else
        {
            var path = reference[LocalFile.Length..];
            value = File.Exists(path) ? File.ReadAllText(path).TrimEnd('\r', '\n') : null;
        }
        return !string.IsNullOrEmpty(value) ? value : throw new InvalidOperationException($"The secret '{ErrorText.Escape(name)}' cannot be read: {reference} does not exist or is empty. Set it, or give the run another reference.");
    }
}
