using System.Text;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Whole files in memory, for formats of one small file.</summary>
internal static class SingleFile
{
    private const int PreviewBytes = 2048;

    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async ValueTask WriteAsync(ArtifactWriter writer, StorePath name, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var stream = writer.Create(name, mediaType);
        await using var ending = stream.ConfigureAwait(false);
        await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask<byte[]> ReadAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var file = reader.Single;
        if (file.Length > Array.MaxLength)
            throw new MaterializationException(reader.MaterializerId, $"it has {file.Length} bytes, more than an array holds; open it as a stream");
        var stream = await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var content = GC.AllocateUninitializedArray<byte>((int)file.Length);
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    /// <summary>The first lines of a text file.</summary>
    public static async ValueTask<ArtifactPreview?> PreviewTextAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var file = reader.Single;
        var stream = await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var content = new byte[Math.Min(file.Length, PreviewBytes)];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        // A character may be cut at the end, which the lenient decoder shows as such.
        var text = Encoding.UTF8.GetString(content).TrimEnd('\uFFFD');
        return ArtifactPreview.OfText(file.Length > PreviewBytes ? text + "…" : text);
    }
}
