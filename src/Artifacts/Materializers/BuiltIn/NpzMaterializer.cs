using System.Buffers;
using System.IO.Compression;
using Cairn.Errors;
using Cairn.Listing;
using Cairn.Materializers.Arrays;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Named arrays as <c>.npz</c>, a zip archive of <c>.npy</c> files: stored when written, stored or deflated when read.</summary>
internal sealed class NpzMaterializer : Materializer
{
    private const string Extension = ".npy";

    /// <summary>More than deflate can do: an entry that announces more lies.</summary>
    private const int MaxRatio = 1100;

    /// <summary>What an entry may announce without being counted first.</summary>
    private const int Trusted = 16 << 20;

    private const int CountBuffer = 128 << 10;

    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override string Id => "npz";

    public override string MediaType => "application/x-npz";

    public override string Description => "named arrays as NumPy's .npz: Dictionary<string, NdArray>";

    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<Dictionary<string, NdArray>>(), ServedType.Exact<IReadOnlyDictionary<string, NdArray>>()];

    public override Type DefaultType => typeof(Dictionary<string, NdArray>);

    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) =>
        ((IReadOnlyDictionary<string, NdArray>)value).ToDictionary(a => $"array.{a.Key}", a => $"{NpyElement.Of(a.Value.GetType()).Code} ({string.Join(",", a.Value.Shape)})");

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var stream = writer.Create("data.npz", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        await using var closing = zip.ConfigureAwait(false);
        foreach (var (name, array) in ((IReadOnlyDictionary<string, NdArray>)value).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            var entry = zip.CreateEntry(name + Extension, CompressionLevel.NoCompression);
            entry.LastWriteTime = Epoch;
            var content = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var endingEntry = content.ConfigureAwait(false);
            await NpyElement.Of(array.GetType()).WriteAsync(array, content, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        var local = await reader.GetLocalFileAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        var zip = await ZipFile.OpenReadAsync(local, cancellationToken).ConfigureAwait(false);
        await using var closing = zip.ConfigureAwait(false);
        // Entries that share their bytes could hold many times what the file does.
        if (zip.Entries.Sum(e => e.CompressedLength) > reader.Single.Length)
            throw new MaterializationException(Id, "its entries overlap");
        var arrays = new Dictionary<string, NdArray>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                throw new MaterializationException(Id, $"it contains '{ErrorText.Escape(entry.FullName)}', which is not a .npy file");
            if (entry.Length / MaxRatio > entry.CompressedLength)
                throw new MaterializationException(Id, $"'{ErrorText.Escape(entry.FullName)}' announces {entry.Length} bytes in {entry.CompressedLength}");
            if (!arrays.TryAdd(entry.FullName[..^Extension.Length], await ReadAsync(entry, cancellationToken).ConfigureAwait(false)))
                throw new MaterializationException(Id, $"it holds '{ErrorText.Escape(entry.FullName)}' twice");
        }
        return arrays;
    }

    public override async ValueTask<IReadOnlyDictionary<string, string>> DescribeFileAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
        ExtractMetadata(await LoadAsync(reader, DefaultType, cancellationToken).ConfigureAwait(false));

    private static async ValueTask<NdArray> ReadAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Length > Math.Max(Trusted, 2 * entry.CompressedLength))
            await CountAsync(entry, cancellationToken).ConfigureAwait(false);
        var stream = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var (header, length) = await NpyHeader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        return await NpyElement.Of(header.Type).ReadAsync(header, entry.Length - length, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Inflates an entry into nothing, so that no array is made for bytes that are not there.</summary>
    private static async ValueTask CountAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        var stream = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(CountBuffer);
        try
        {
            var total = 0L;
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; total += read)
                cancellationToken.ThrowIfCancellationRequested();
            if (total != entry.Length)
                throw new InvalidDataException($"'{ErrorText.Escape(entry.FullName)}' announces {entry.Length} bytes and holds {total}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
