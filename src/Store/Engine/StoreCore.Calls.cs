using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Engine;

/// <summary>Single calls of the driver, each under its guard.</summary>
internal sealed partial class StoreCore
{
    /// <summary>The facts of the root.</summary>
    public static StoreEntry RootEntry { get; } = new() { Path = StorePath.Root, Kind = EntryKind.Directory };

    public ValueTask<StoreEntry?> StatDriverAsync(StorePath path, CancellationToken cancellationToken) =>
        Guard(StoreOperations.Stat, path).RunAsync(Driver, path, static (driver, path, stopping) => driver.StatAsync(path, stopping), cancellationToken);

    /// <summary>The facts of a file, which must exist.</summary>
    public async ValueTask<StoreEntry> StatFileAsync(StorePath path, string operation, CancellationToken cancellationToken)
    {
        var info = path.IsRoot ? RootEntry : await StatDriverAsync(path, cancellationToken).ConfigureAwait(false);
        return info switch
        {
            null => throw Missing(operation, path),
            { IsDirectory: true } => throw CreateException(StoreErrorCode.NotFound, "it is a directory, not a file", operation, path),
            _ => info,
        };
    }

    /// <summary>Creates a directory and its parents. The root always exists.</summary>
    public async Task MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        if (!path.IsRoot)
            await Guard(StoreOperations.MakeDirectory, path).RunAsync(Driver, path, static (driver, path, stopping) => driver.MakeDirectoryAsync(path, stopping), cancellationToken)
                .ConfigureAwait(false);
    }

    public ValueTask<StoreEntry> TouchDriverAsync(StorePath path, CancellationToken cancellationToken) =>
        Guard(StoreOperations.Touch, path).RunAsync(Driver, path, static (driver, path, stopping) => driver.TouchAsync(path, stopping), cancellationToken);

    public ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) =>
        Guard(StoreOperations.Presign, request.Path).RunAsync(Driver, request, static (driver, request, stopping) => driver.PresignAsync(request, stopping), cancellationToken);

    public ValueTask<StoreEntry> CopyDriverAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Guard(StoreOperations.Copy, request.Source).RunAsync(Driver, request, static (driver, request, stopping) => driver.CopyAsync(request, stopping), cancellationToken);

    public ValueTask MoveDriverAsync(CopyRequest request, CancellationToken cancellationToken) =>
        Guard(StoreOperations.Move, request.Source).RunAsync(Driver, request, static (driver, request, stopping) => driver.MoveAsync(request, stopping), cancellationToken);

    /// <param name="request">The entries to delete.</param>
    /// <param name="about">The path that an exception names.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, StorePath about, CancellationToken cancellationToken) =>
        Guard(StoreOperations.Remove, about).RunAsync(Driver, request, static (driver, request, stopping) => driver.DeleteAsync(request, stopping), cancellationToken);

    /// <summary>Deletes one file or empty directory.</summary>
    /// <returns>True if it existed.</returns>
    public async ValueTask<bool> RemoveOneAsync(
        StorePath path, EntryKind kind, bool reportMissing, string operation, CancellationToken cancellationToken, string? ifMatch = null)
    {
        var results = await DeleteAsync(new DeleteRequest([new DeleteTarget(path, kind) { IfMatch = ifMatch }]) { ReportMissing = reportMissing }, path, cancellationToken).ConfigureAwait(false);
        return results[0].Outcome != DeleteOutcome.Failed ? results[0].Outcome == DeleteOutcome.Deleted : throw FailureOf(results[0], operation);
    }

    /// <summary>Removes a file or an empty directory; if both have the path, the file.</summary>
    /// <returns>True if it existed.</returns>
    public async Task<bool> RemoveAsync(StorePath path, CancellationToken cancellationToken)
    {
        NotRoot(path, nameof(path));
        Enter(cancellationToken);
        Refuse(Layers.CapabilityRules.Delete(Capabilities), StoreOperations.Remove, path);
        if (Capabilities.Directories == DirectoryKind.Real)
        {
            return await StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { } info
                && await RemoveOneAsync(path, info.Kind, reportMissing: true, StoreOperations.Remove, cancellationToken).ConfigureAwait(false);
        }
        return await RemoveOneAsync(path, EntryKind.File, reportMissing: true, StoreOperations.Remove, cancellationToken).ConfigureAwait(false)
            || (Capabilities.Directories == DirectoryKind.Virtual
                && await RemoveOneAsync(path, EntryKind.Directory, reportMissing: true, StoreOperations.Remove, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Converts the failure of one target of a batch to a separate exception.</summary>
    public StoreException FailureOf(DeleteResult result, string operation) => result.Error switch
    {
        null => CreateException(StoreErrorCode.Unknown, "the store gives no reason", operation, result.Path),
        StoreException known => known.WithContext(operation, GetUri(result.Path)),
        var raw => Guard(operation, result.Path).Translate(raw),
    };
}
