using System.Runtime.CompilerServices;
using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Layers;

/// <summary>A view of a directory of a store: its root is that directory, and nothing outside is accessible.</summary>
internal sealed class PrefixDriver : DelegatingStoreDriver
{
    private readonly StorePath _prefix;

    /// <summary>Initializes a new view.</summary>
    /// <param name="inner">The inner driver, which the view owns.</param>
    /// <param name="prefix">The directory that becomes the root. It need not exist.</param>
    public PrefixDriver(StoreDriver inner, StorePath prefix)
        : base(inner, (inner ?? throw new ArgumentNullException(nameof(inner))).Root / prefix) => _prefix = prefix;

    /// <inheritdoc/>
    public override StoreUri Place => Inner.Place / _prefix;

    /// <inheritdoc/>
    public override string? GetLocalPath(StorePath path) => Inner.GetLocalPath(Down(path));

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        await Inner.StatAsync(Down(path), cancellationToken).ConfigureAwait(false) is { } info ? Up(info) : null;

    /// <inheritdoc/>
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var read = await Inner.OpenReadAsync(request with { Path = Down(request.Path) }, cancellationToken).ConfigureAwait(false);
        return new StoreRead(Up(read.Info), read.Content, read) { File = read.File };
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Upload(this, await Inner.BeginUploadAsync(request with { Path = Down(request.Path) }, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var below = request with
        {
            Directory = Down(request.Directory),
            StartAfter = request.StartAfter is null || _prefix.IsRoot ? request.StartAfter : $"{_prefix.Value}/{request.StartAfter}",
            Unlisted = request.Unlisted is { } tell && !_prefix.IsRoot ? entry => tell(entry.RelativeTo(_prefix)) : request.Unlisted,
        };
        await foreach (var page in Inner.ListAsync(below, cancellationToken).ConfigureAwait(false))
        {
            var shifted = new StoreEntry[page.Count];
            for (var i = 0; i < shifted.Length; i++)
                shifted[i] = Up(page[i]);
            yield return shifted;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var below = request with { Targets = [.. request.Targets.Select(t => t with { Path = Down(t.Path) })] };
        var results = await Inner.DeleteAsync(below, cancellationToken).ConfigureAwait(false);
        return [.. results.Select(r => r with { Path = Up(r.Path) })];
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Up(await Inner.CopyAsync(Down(request), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.MoveAsync(Down(request), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => Inner.MakeDirectoryAsync(Down(path), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        Up(await Inner.TouchAsync(Down(path), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Inner.PresignAsync(request with { Path = Down(request.Path) }, cancellationToken);
    }

    /// <summary>Lists staged uploads below the prefix. Uploads with an unknown path are omitted.</summary>
    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var staged in Inner.ListStagedAsync(cancellationToken).ConfigureAwait(false))
        {
            if (staged.Path is { } path && path.IsUnder(_prefix))
                yield return staged with { Path = Up(path) };
        }
    }

    /// <inheritdoc/>
    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(staged);
        return Inner.RemoveStagedAsync(staged.Path is { } path ? staged with { Path = Down(path) } : staged, cancellationToken);
    }

    private StorePath Down(StorePath path) => _prefix / path;

    private CopyRequest Down(CopyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request with { Source = Down(request.Source), Target = Down(request.Target) };
    }

    private StorePath Up(StorePath path) => path.RelativeTo(_prefix);

    private StoreEntry Up(StoreEntry info) => _prefix.IsRoot ? info : info.At(Up(info.Path));

    private sealed class Upload(PrefixDriver driver, StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken) =>
            Inner.TryTakeFileAsync(file, length, progress, cancellationToken);

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) =>
            driver.Up(await Inner.CompleteAsync(last, cancellationToken).ConfigureAwait(false));
    }
}
