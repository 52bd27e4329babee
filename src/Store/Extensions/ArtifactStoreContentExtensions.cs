using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Writing;

namespace Cairn;

/// <summary>
/// Extension methods that read and write whole files as bytes, text and lines. Text is UTF-8 without a byte order mark; a byte order mark is skipped when
/// reading.
/// </summary>
public static class ArtifactStoreContentExtensions
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>, and other errors of reading.</exception>
    public static async Task<byte[]> ReadBytesAsync(this ArtifactStore store, StorePath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var stream = await store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        if (stream.Length > Array.MaxLength)
            throw new ArgumentException($"{stream.Uri} has {stream.Length} bytes, more than an array holds; open it as a stream.", nameof(path));
        var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Writes a whole file.</summary>
    /// <returns>The metadata of the written file.</returns>
    public static Task<StoreEntry> WriteBytesAsync(
        this ArtifactStore store, StorePath path, ReadOnlyMemory<byte> bytes, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Core.WriteWholeAsync(path, mode, bytes, options, cancellationToken);
    }

    /// <summary>Reads a whole file as text.</summary>
    public static async Task<string> ReadTextAsync(this ArtifactStore store, StorePath path, CancellationToken cancellationToken = default)
    {
        var bytes = await store.ReadBytesAsync(path, cancellationToken).ConfigureAwait(false);
        var text = bytes.AsSpan();
        return Utf8.GetString(text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text);
    }

    /// <summary>Writes text as a whole file.</summary>
    /// <returns>The metadata of the written file.</returns>
    public static Task<StoreEntry> WriteTextAsync(
        this ArtifactStore store, StorePath path, string text, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return store.WriteBytesAsync(path, Utf8.GetBytes(text), mode, options, cancellationToken);
    }

    /// <summary>
    /// Reads a file as a stream of lines, which end with <c>
    /// </c>, <c>\r
    /// </c> or <c>\r</c>.
    /// </summary>
    public static async IAsyncEnumerable<string> ReadLinesAsync(this ArtifactStore store, StorePath path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var stream = await store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        using var reader = new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: true, bufferSize: 16 << 10, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            yield return line;
    }

    /// <summary>
    /// Writes lines as they arrive, each followed by <c>
    /// </c>.
    /// </summary>
    /// <returns>The metadata of the written file.</returns>
    public static async Task<StoreEntry> WriteLinesAsync(
        this ArtifactStore store,
        StorePath path,
        IAsyncEnumerable<string> lines,
        WriteMode mode,
        OpenWriteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(lines);
        var stream = await store.OpenWriteAsync(path, mode, options, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        var writer = new StreamWriter(stream, Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
        await foreach (var line in lines.WithCancellation(cancellationToken).ConfigureAwait(false))
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes lines, each followed by <c>
    /// </c>.
    /// </summary>
    /// <returns>The metadata of the written file.</returns>
    public static Task<StoreEntry> WriteLinesAsync(
        this ArtifactStore store, StorePath path, IEnumerable<string> lines, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return store.WriteLinesAsync(path, lines.ToAsyncEnumerable(), mode, options, cancellationToken);
    }
}
