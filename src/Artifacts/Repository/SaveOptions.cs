using System.Collections.ObjectModel;

namespace Cairn.Artifacts;

/// <summary>How an object is saved.</summary>
/// <remarks>Methods that take them accept a name alone: text converts to options with that name.</remarks>
public sealed record SaveOptions
{
    /// <summary>Makes options that only name the artifact; null of null.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(name))]
    public static implicit operator SaveOptions?(string? name) => name is null ? null : new() { Name = name };

    /// <summary>The name that points to it afterwards; null for none: the digest always works.</summary>
    public string? Name { get; init; }

    /// <summary>The id of the materializer to use; null for the one that serves the type.</summary>
    public string? Materializer { get; init; }

    /// <summary>
    /// True to store large files in chunks that are cut by content, so that of one that was changed a little only the changes take room; false to store them whole; null for the store's default. It
    /// changes neither digests nor what a reader sees.
    /// </summary>
    public bool? Chunked { get; init; }

    /// <summary>Text that belongs to the content and so to its identity. Nothing that varies from save to save, and no secret. Empty by default.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
