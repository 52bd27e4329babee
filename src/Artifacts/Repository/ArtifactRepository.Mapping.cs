using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.Materializers;
using Cairn.Materializers.Arrays;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    private readonly VerifiedFiles _verified;

    /// <summary>Loads an array of a local store by mapping its file into memory, regardless of its size: data is read only on access.</summary>
    /// <typeparam name="T">The type of the elements, which must be the stored type.</typeparam>
    /// <param name="digest">The digest of an artifact that was saved as <c>.npy</c>, in C order and with the byte order of this machine.</param>
    /// <param name="check">The condition for comparing the file with its digest. Default: once. The manifest is always verified.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The array. The caller disposes it. A small array that is part of the manifest is copied to memory.</returns>
    /// <exception cref="MaterializationException">The artifact is not an array of such elements in this order.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/>: the store is not in a local folder, or the array is stored in chunks; <see cref="StoreErrorCode.NotFound"/>;
    /// <see cref="StoreErrorCode.IntegrityFailure"/>.
    /// </exception>
    public async Task<MappedArray<T>> LoadMappedAsync<T>(BlobDigest digest, MappedCheck check = MappedCheck.Once, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        if (Store.GetLocalPath(BlobStore.Folder) is null)
            throw Store.CreateException(StoreErrorCode.Unsupported, "only files of a local store can be mapped into memory", StoreOperations.OpenRead, StorePath.Root, "Load it with LoadAsync.");
        var artifact = await StatAsync(digest, cancellationToken).ConfigureAwait(false);
        var manifest = artifact.Manifest;
        if (manifest.MaterializerId != "npy" || manifest.Files.Count != 1)
            throw Unfit($"it was saved by {ErrorText.Escape(manifest.MaterializerId)}, and arrays that were saved by npy are mapped");
        var file = manifest.Files[0];
        if (manifest.Inline.TryGetValue(file.Name, out var content))
        {
            var small = await HeaderOfAsync<T>(new ReadOnlyMemoryStream(content), content.Length).ConfigureAwait(false);
            var elements = new T[small.Count];
            content.Span[small.Start..].CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(elements.AsSpan()));
            return new(elements, small.Shape, null);
        }
        var blob = BlobDigest.From(file.Digest);
        var etag = await CheckFileAsync(blob, file.Length, check, cancellationToken).ConfigureAwait(false);
        var mapping = new FileMapping(Store.GetLocalPath(BlobStore.PathOf(blob))!);
        try
        {
            if ((await Store.StatAsync(BlobStore.PathOf(blob), cancellationToken).ConfigureAwait(false)).ETag != etag || mapping.Length != file.Length)
                throw Store.CreateException(StoreErrorCode.PreconditionFailed, "the file changed while it was mapped", StoreOperations.OpenRead, BlobStore.PathOf(blob), "Load it again.");
            var header = await HeaderOfAsync<T>(mapping.OpenStream(), file.Length).ConfigureAwait(false);
            return new(mapping.Elements<T>(header.Start, header.Count), header.Shape, mapping);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }

        MaterializationException Unfit(string reason) => new MaterializationException("npy", reason).WithContext($"map {digest} as {TypeNames.Of(typeof(T))}[]");

        async ValueTask<(int Start, int Count, IReadOnlyList<int> Shape)> HeaderOfAsync<TElement>(Stream stream, long length)
            where TElement : unmanaged
        {
            await using var closing = stream.ConfigureAwait(false);
            try
            {
                var (header, start) = await NpyHeader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
                var code = NpyElement.All.OfType<NpyElement<TElement>>().FirstOrDefault()?.Code;
                if (header.Type != code)
                    throw Unfit($"it holds {ErrorText.Escape(header.Type)}, and not {code ?? "numbers of that type"}");
                if (header.IsFortranOrder || header.IsBigEndian == BitConverter.IsLittleEndian && System.Runtime.CompilerServices.Unsafe.SizeOf<TElement>() > 1)
                    throw Unfit($"it is in {(header.IsFortranOrder ? "Fortran order" : "the other order of bytes")}; LoadAsync turns it round");
                if (length - start != (long)header.Count * System.Runtime.CompilerServices.Unsafe.SizeOf<TElement>())
                    throw Unfit($"its header announces {header.Count} elements, but the file has {length - start} bytes of them");
                return (start, header.Count, header.Shape);
            }
            catch (InvalidDataException e)
            {
                throw Unfit(e.Message.TrimEnd('.'));
            }
        }
    }

    /// <summary>Compares the file of a blob with its digest, as often as requested.</summary>
    /// <returns>The etag of the checked version.</returns>
    private async ValueTask<string> CheckFileAsync(BlobDigest digest, long length, MappedCheck check, CancellationToken cancellationToken)
    {
        var path = BlobStore.PathOf(digest);
        if (await Store.TryStatAsync(path, cancellationToken).ConfigureAwait(false) is not { IsFile: true } info)
        {
            throw await _blobs.Chunks.ExistsAsync(digest, cancellationToken).ConfigureAwait(false)
                ? Store.CreateException(StoreErrorCode.Unsupported, "it is stored in chunks, which cannot be mapped as one", StoreOperations.OpenRead, path,
                    "Load it with LoadAsync, or save it with Chunked = false.")
                : Store.CreateException(StoreErrorCode.NotFound, "the blob is missing", StoreOperations.OpenRead, path);
        }
        var etag = info.ETag ?? throw Store.CreateException(StoreErrorCode.Unsupported, "the store does not report versions of its files", StoreOperations.OpenRead, path);
        if (info.Length != length)
            throw Store.CreateException(StoreErrorCode.IntegrityFailure, $"the blob has {info.Length} bytes and should have {length}", StoreOperations.Read, path);
        if (check == MappedCheck.Never || (check == MappedCheck.Once && await _verified.HasAsync(digest, etag, cancellationToken).ConfigureAwait(false)))
            return etag;
        var stream = await _blobs.OpenAsync(digest, length, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        if (check == MappedCheck.Once && (await Store.StatAsync(path, cancellationToken).ConfigureAwait(false)).ETag == etag)
            await _verified.AddAsync(digest, etag, cancellationToken).ConfigureAwait(false);
        return etag;
    }
}
