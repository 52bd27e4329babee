using System.Collections.Concurrent;
using Cairn.Artifacts;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Artifacts;

public sealed partial class ArtifactRepository
{
    /// <summary>The number of objects of a batch that are saved in parallel: they wait for flushes and round trips, not for the processor.</summary>
    private const int BatchParallelism = 64;

    /// <summary>Saves an object.</summary>
    /// <typeparam name="T">The static type, which selects the materializer; if it is <see cref="object"/> or no materializer supports it, the type of the
    /// value does.</typeparam>
    /// <param name="value">The object.</param>
    /// <param name="options">The materializer, the form of storage and the metadata. Optional.</param>
    /// <param name="cancellationToken">Cancels the save; nothing new is visible then.</param>
    /// <returns>The artifact. Existing content is not stored again: an equal object has the same digest.</returns>
    /// <exception cref="MaterializationException">No materializer supports the type, two are equally good, or the materializer failed.</exception>
    /// <exception cref="StoreException">Errors of the store.</exception>
    public Task<Artifact> SaveAsync<T>(T value, SaveOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull => SaveAsAsync(value, typeof(T), options, cancellationToken);

    /// <summary>Saves an object of a type that is known only at run time.</summary>
    /// <param name="value">The object.</param>
    /// <param name="type">The type that selects the materializer; the object must have this type.</param>
    /// <param name="options">The materializer, the form of storage and the metadata. Optional.</param>
    /// <param name="cancellationToken">Cancels the save.</param>
    /// <returns>The artifact.</returns>
    public async Task<Artifact> SaveAsAsync(object value, Type type, SaveOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(type);
        if (!type.IsInstanceOfType(value))
            throw new ArgumentException($"The value is a {TypeNames.Of(value.GetType())}, and so no {TypeNames.Of(type)}.", nameof(type));
        options ??= new();
        cancellationToken.ThrowIfCancellationRequested();
        var (materializer, served) = Choose(value, type, options.Materializer);
        return await SaveFilesAsync(
            materializer, served, options, writer => SaveValueAsync(materializer, value, served, writer, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Saves a local file that another program wrote in a format, unchanged, as an artifact of that format.</summary>
    /// <param name="localFile">The file.</param>
    /// <param name="options">The options; <see cref="SaveOptions.Materializer"/> specifies the format and is required.</param>
    /// <param name="cancellationToken">Cancels the save; nothing is visible.</param>
    /// <returns>The artifact, which can be loaded like one that the materializer wrote.</returns>
    /// <exception cref="MaterializationException">The file does not have this format.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the file changed while it was read. Also other errors of the
    /// store.</exception>
    public async Task<Artifact> SaveFileAsync(string localFile, SaveOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Materializer, $"{nameof(options)}.{nameof(options.Materializer)}");
        cancellationToken.ThrowIfCancellationRequested();
        var materializer = Require(options.Materializer);
        var type = materializer.DefaultType ?? throw new MaterializationException(materializer.Id, "it reads a file only as a named type");
        var file = new FileInfo(localFile);
        return await SaveFilesAsync(materializer, type, options, writer => SaveAsItIsAsync(materializer, file, writer, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sets whether large files of this store are stored in chunks by default (<see cref="SaveOptions.Chunked"/>). The setting is stored in
    /// <c>cairn.json</c>.
    /// </summary>
    /// <param name="chunked">true for chunks. Existing files are not changed.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>A task that completes when the setting is stored. Other open repositories use it after they are reopened.</returns>
    public async Task SetChunkedByDefaultAsync(bool chunked, CancellationToken cancellationToken = default) =>
        await _blobs.SetChunkedByDefaultAsync(chunked, cancellationToken).ConfigureAwait(false);

    /// <summary>Saves many objects, several in parallel, so that small ones share the flushes and round trips of the store.</summary>
    /// <typeparam name="T">The static type, which selects the materializer; <see cref="object"/> for objects of different types.</typeparam>
    /// <param name="values">The objects, which are enumerated sequentially and referenced only while they are saved.</param>
    /// <param name="options">Returns the options for an object. Optional.</param>
    /// <param name="cancellationToken">Cancels the operation; objects that have been saved are kept.</param>
    /// <returns>The artifacts, in the order of the objects.</returns>
    /// <remarks>
    /// Each object is saved completely or not at all, as by <see cref="SaveAsync{T}(T, SaveOptions?, CancellationToken)"/>. There is no transaction over all
    /// objects: a failure ends the operation, and the objects before it are kept.
    /// </remarks>
    /// <exception cref="MaterializationException">See the method for one object.</exception>
    /// <exception cref="StoreException">See the method for one object.</exception>
    public async Task<IReadOnlyList<Artifact>> SaveAllAsync<T>(IEnumerable<T> values, Func<T, SaveOptions?>? options = null, CancellationToken cancellationToken = default)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(values);
        var saved = new ConcurrentDictionary<int, Artifact>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = BatchParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(values.Index(), parallel, async (item, stopping) =>
            saved[item.Index] = await SaveAsAsync(item.Item, typeof(T), options?.Invoke(item.Item), stopping).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. Enumerable.Range(0, saved.Count).Select(i => saved[i])];
    }

    private static async ValueTask<IReadOnlyDictionary<string, string>> SaveValueAsync(
        Materializer materializer, object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var facts = materializer.ExtractMetadata(value);
            await materializer.SaveAsync(value, type, writer, cancellationToken).ConfigureAwait(false);
            return facts;
        }
        catch (MaterializationException e)
        {
            e.WithContext($"save a {TypeNames.Of(type)}");
            throw;
        }
        catch (Exception e) when (IsOfMaterializer(e, cancellationToken))
        {
            throw new MaterializationException(materializer.Id, $"{e.GetType().Name}: {e.Message.TrimEnd('.')}", e).WithContext($"save a {TypeNames.Of(type)}");
        }
    }

    private static async ValueTask<IReadOnlyDictionary<string, string>> SaveAsItIsAsync(Materializer materializer, FileInfo file, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var (length, modified) = (file.Length, file.LastWriteTimeUtc);
            var reader = new LocalFileReader(file, materializer);
            await using var closing = reader.ConfigureAwait(false);
            var facts = await materializer.DescribeFileAsync(reader, cancellationToken).ConfigureAwait(false);
            var media = materializer.MediaType.Contains('*', StringComparison.Ordinal) ? facts.GetValueOrDefault("format", ArtifactFile.Bytes) : materializer.MediaType;
            await writer.AddLocalFileAsync(file.Name, file.FullName, media, cancellationToken).ConfigureAwait(false);
            file.Refresh();
            return (file.Exists ? file.Length : -1, file.LastWriteTimeUtc) == (length, modified)
                ? facts
                : throw new StoreException(StoreErrorCode.PreconditionFailed, $"'{ErrorText.Escape(file.FullName)}' changed while it was read");
        }
        catch (MaterializationException e)
        {
            e.WithContext($"save {ErrorText.Escape(file.Name)} as {materializer.Id}");
            throw;
        }
        catch (Exception e) when (IsOfMaterializer(e, cancellationToken))
        {
            throw new MaterializationException(materializer.Id, $"{e.GetType().Name}: {e.Message.TrimEnd('.')}", e).WithContext($"save {ErrorText.Escape(file.Name)} as {materializer.Id}");
        }
    }

    /// <summary>Whether an exception came from a format's library: not from the store, the caller or the machine.</summary>
    private static bool IsOfMaterializer(Exception exception, CancellationToken cancellationToken) =>
        exception is not (StoreException or OutOfMemoryException or ObjectDisposedException)
        && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private async Task<Artifact> SaveFilesAsync(
        Materializer materializer,
        Type type,
        SaveOptions options,
        Func<ArtifactWriter, ValueTask<IReadOnlyDictionary<string, string>>> write,
        CancellationToken cancellationToken)
    {
        await _blobs.PrepareAsync(forWriting: true, cancellationToken).ConfigureAwait(false);
        var spool = new ArtifactSpool(_blobs, materializer.MediaType, options.Chunked ?? _blobs.ChunkedByDefault);
        await using var clearing = spool.ConfigureAwait(false);
        var facts = await write(spool).ConfigureAwait(false);
        var (files, inline) = await spool.CommitAsync(materializer.Id, cancellationToken).ConfigureAwait(false);
        foreach (var (key, fact) in facts)
            spool.Facts.TryAdd(key, fact);
        var manifest = new ArtifactManifest
        {
            MaterializerId = materializer.Id,
            FormatVersion = materializer.FormatVersion,
            TypeName = TypeNames.Of(type),
            Files = files,
            Inline = inline,
            Facts = spool.Facts,
            Metadata = options.Metadata,
        };
        var content = ManifestWriter.Write(manifest);
        if (content.Length > ManifestFormat.MaxBytes)
            throw new MaterializationException(materializer.Id, $"the manifest has {content.Length} bytes, more than the limit of {ManifestFormat.MaxBytes}");
        var digest = BlobDigest.Of(content.Span);
        await _blobs.PutAsync(digest, content, cancellationToken).ConfigureAwait(false);
        return new(digest, manifest, content.Length);
    }

    private (Materializer Materializer, Type Type) Choose(object value, Type type, string? id)
    {
        var actual = value.GetType();
        if (id is not null)
        {
            var named = Require(id);
            Type[] types = [type, actual];
            return Array.Find(types, t => MaterializerRegistry.Serves(named, t)) is { } fits
                ? (named, fits)
                : throw new MaterializationException(id, $"it does not serve {TypeNames.Of(type)}; it serves {string.Join(", ", named.Types)}");
        }
        var choice = Materializers.Explain(type);
        return type != typeof(object) && (choice.Candidates.Count > 0 || type == actual) ? (choice.Require(), type) : (Materializers.Resolve(actual), actual);
    }

    private Materializer Require(string id) => Materializers.TryGet(id, out var materializer)
        ? materializer
        : throw new MaterializationException(null, $"this program has no materializer '{ErrorText.Escape(id)}'; it has {string.Join(", ", Materializers.List().Select(m => m.Materializer.Id))}");
}
