using Cairn.Artifacts;
using Cairn.Materializers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Gives the suite access to a materializer, to sample values, and to the list of unsupported tests. The suite creates one instance per test.
/// </summary>
public abstract class MaterializerHarness : IAsyncDisposable
{
    /// <summary>
    /// Gets small values, one for each relevant type or shape. The files of each have at most <see cref="MaxSample"/> bytes, because every byte is damaged
    /// in turn. Kept artifacts of earlier versions are found by the order of the samples, so add new ones at the end.
    /// </summary>
    public abstract IEnumerable<MaterializerSample> Samples { get; }

    /// <summary>Gets values without content: no rows, elements or text. If there are none, <see cref="Skips"/> states the reason.</summary>
    public abstract IEnumerable<MaterializerSample> Empty { get; }

    /// <summary>
    /// Gets a small value and a type that the materializer supports but as which this value cannot be loaded. Default: none; unsupported types are always
    /// tried.
    /// </summary>
    public virtual IEnumerable<WrongType> WrongTypes => [];

    /// <summary>
    /// Gets values of supported types that the format may not be able to represent, such as null or text with separators: each is refused by the save, or
    /// loaded correctly. Default: none; tuples, fields, derived objects and other values that formats often lose are always tried if their types are
    /// supported.
    /// </summary>
    public virtual IEnumerable<MaterializerSample> Hard => [];

    /// <summary>
    /// Gets the folder that contains artifacts of each format version, as <c>v1/ID</c>, <c>v2/ID</c>…; <c>CAIRN_KEEP=1</c> writes them. If null (default),
    /// none are kept, and <see cref="Skips"/> states the reason.
    /// </summary>
    public virtual string? KeptFolder => null;

    /// <summary>Gets the tests that this materializer does not run, by name, with a reason.</summary>
    public virtual IReadOnlyDictionary<string, string> Skips => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The maximum number of bytes in the files of a small sample.</summary>
    public static int MaxSample => 16 << 10;

    /// <summary>
    /// Returns variants of the first sample's file in which texts of the format (headers, names, type tags, values) contain a type name that a careless reader
    /// might look up. Default: none; the manifest,
    /// the metadata and JSON's <c>$type</c> are always tried.
    /// </summary>
    public virtual IEnumerable<byte[]> WithTypeName(string typeName) => [];

    /// <summary>Creates the materializer.</summary>
    public abstract Materializer Create();

    /// <summary>Returns a value whose files have approximately this number of bytes, at least half of it; null if values cannot be large, for the reason in <see cref="Skips"/>.</summary>
    public abstract MaterializerSample? Huge(int length);

    /// <summary>Loads a value and reads it completely.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="digest">The digest of the artifact.</param>
    /// <param name="type">The requested type.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>A value for <see cref="AssertEqual"/>.</returns>
    public virtual async Task<object> LoadAsync(ArtifactRepository repository, BlobDigest digest, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return await ReadWholeAsync(await repository.LoadAsync(digest, type, cancellationToken), cancellationToken);
    }

    /// <summary>Reads a lazy value to its end. The default implementation reads streams, whose bytes are compared; other values are compared directly.</summary>
    public virtual async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        if (value is not Stream stream)
            return value;
        await using var closing = stream;
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Asserts that the loaded value equals the saved value, both as returned by <see cref="ReadWholeAsync"/>. The default implementation compares
    /// like xunit: by elements, or by <see cref="object.Equals(object)"/>.</summary>
    public virtual void AssertEqual(object expected, object actual) => Assert.Equal(expected, actual);

    /// <summary>Removes the objects that the harness has created, such as local files.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
