using Cairn.Artifacts;
using Cairn.Materializers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>What a materializer tells the suite: how to make it, values to try it with, and what it cannot do. The suite makes one instance for each test.</summary>
public abstract class MaterializerHarness : IAsyncDisposable
{
    /// <summary>
    /// Small values, one for each type or shape that matters: at most <see cref="MaxSample"/> bytes of files each, since every byte of them is damaged in turn. What was kept of earlier versions
    /// is found by their order, so add at the end.
    /// </summary>
    public abstract IEnumerable<MaterializerSample> Samples { get; }

    /// <summary>Values with nothing in them: no rows, no elements, no text. None where there is no such thing, and <see cref="Skips"/> says why.</summary>
    public abstract IEnumerable<MaterializerSample> Empty { get; }

    /// <summary>A small value, and a type that the materializer serves and as which this value cannot be loaded. None by default: types that it does not serve are tried anyway.</summary>
    public virtual IEnumerable<WrongType> WrongTypes => [];

    /// <summary>
    /// Values of served types that the format may not be able to hold, such as a null where it has none or text with its own separators: each is refused by the save, or comes back. None by default;
    /// tuples, fields, derived objects and other values that formats tend to lose are tried anyway, where their types are served.
    /// </summary>
    public virtual IEnumerable<MaterializerSample> Hard => [];

    /// <summary>
    /// The folder in which artifacts of each format version are kept, as <c>v1/ID</c>, <c>v2/ID</c>…; <c>CAIRN_KEEP=1</c> writes them there. Null, the default: nothing is kept, and <see cref="Skips"/>
    /// says why.
    /// </summary>
    public virtual string? KeptFolder => null;

    /// <summary>Tests that this materializer does not run, by name, and why.</summary>
    public virtual IReadOnlyDictionary<string, string> Skips => System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The most bytes that the files of a small sample may have.</summary>
    public static int MaxSample => 16 << 10;

    /// <summary>
    /// Contents of the first sample's file in which the format's own texts (headers, names, type tags, values) hold a type name: where a careless reader might look it up. None by default; the manifest,
    /// the facts and JSON's <c>$type</c> are tried anyway.
    /// </summary>
    public virtual IEnumerable<byte[]> WithTypeName(string typeName) => [];

    /// <summary>Makes the materializer.</summary>
    public abstract Materializer Create();

    /// <summary>A value whose files have about this many bytes, at least half of them; null where no value can be large, and <see cref="Skips"/> says why.</summary>
    public abstract MaterializerSample? Huge(int length);

    /// <summary>Loads a value and reads it whole.</summary>
    /// <param name="repository">Where from.</param>
    /// <param name="reference">The artifact.</param>
    /// <param name="type">As what.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>What <see cref="AssertEqual"/> can compare.</returns>
    public virtual async Task<object> LoadAsync(ArtifactRepository repository, string reference, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return await ReadWholeAsync(await repository.LoadAsync(reference, type, cancellationToken), cancellationToken);
    }

    /// <summary>Reads a value that reads on by itself to its end; streams by default, of which the bytes are compared. Other values are compared as they are.</summary>
    public virtual async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        if (value is not Stream stream)
            return value;
        await using var closing = stream;
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Asserts that what was loaded is what was saved, both as <see cref="ReadWholeAsync"/> gives them. By default as xunit compares: by elements, else by <see cref="object.Equals(object)"/>.</summary>
    public virtual void AssertEqual(object expected, object actual) => Assert.Equal(expected, actual);

    /// <summary>Removes what the harness has made, such as local files.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
