using Cairn.Providers;

namespace Cairn.Cli.Checks;

/// <summary>The result of one operation that was tried on a store.</summary>
/// <param name="Name">The name of the operation.</param>
/// <param name="Error">The error, or null if the operation succeeded.</param>
internal sealed record StoreTrial(string Name, StoreException? Error);

/// <summary>
/// Tries the operations that programs use on a store. Each operation is tried separately, so each failure has a separate explanation. Files that it writes
/// are removed.
/// </summary>
internal sealed class StoreCheck(ArtifactStore store)
{
    private readonly StorePath _path = StorePath.Parse($".cairn-check-{Guid.NewGuid():N}");
    private readonly List<StoreTrial> _trials = [];

    /// <summary>Tries to read from the store and, unless <paramref name="readOnly"/> is true or the store is read-only, to write to it.</summary>
    /// <returns>The results, in order. If the store cannot be reached, the remaining operations are left out.</returns>
    public async Task<IReadOnlyList<StoreTrial>> RunAsync(bool readOnly, CancellationToken cancellationToken)
    {
        if (store.Capabilities.List)
            await TryAsync("list", () => ListAsync(cancellationToken)).ConfigureAwait(false);
        else
            await TryAsync("stat", () => store.TryStatAsync(_path, cancellationToken)).ConfigureAwait(false);
        if (readOnly || store.Capabilities.WriteModes == WriteModes.None || _trials[^1].Error is { Code: not StoreErrorCode.PermissionDenied })
            return _trials;
        // Writes without a condition where the store allows that: conditions are tried separately.
        var writes = store.Capabilities.WriteModes.HasFlag(WriteModes.Replace) ? WriteMode.Replace : WriteMode.CreateNew;
        if (!await TryAsync("write", () => store.WriteTextAsync(_path, _path.Value, writes, cancellationToken: cancellationToken)).ConfigureAwait(false))
            return _trials;
        var copy = StorePath.Parse(_path.Value + "-copy");
        var isCopied = false;
        try
        {
            if (store.Capabilities.WriteModes.HasFlag(WriteModes.CreateNew))
                await TryAsync("condition", () => RefuseAsync(cancellationToken)).ConfigureAwait(false);
            await TryAsync("stat", () => store.StatAsync(_path, cancellationToken)).ConfigureAwait(false);
            await TryAsync("read", () => ReadAsync(cancellationToken)).ConfigureAwait(false);
            if (store.Capabilities.Copy)
                isCopied = await TryAsync("copy", () => store.CopyAsync(_path, copy, WriteMode.Replace, cancellationToken)).ConfigureAwait(false);
            if (store.Capabilities.Staged)
                await TryAsync("list-staged", () => StagedAsync(cancellationToken)).ConfigureAwait(false);
            if (store.Capabilities.Presign)
                await TryAsync("presign", () => store.PresignAsync(_path, PresignAccess.Read, TimeSpan.FromMinutes(1), cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            await TryAsync("remove", () => RemoveAsync(isCopied ? [_path, copy] : [_path])).ConfigureAwait(false);
        }
        return _trials;
    }

    private async Task<bool> TryAsync(string name, Func<Task> act)
    {
        StoreException? error = null;
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            error = e;
        }
        _trials.Add(new(name, error));
        return error is null;
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in store.ListAsync(default, cancellationToken: cancellationToken).ConfigureAwait(false))
            break;
    }

    private async Task StagedAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in store.ListStagedAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
            break;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadTextAsync(_path, cancellationToken: cancellationToken).ConfigureAwait(false) != _path.Value)
            throw Broken(StoreErrorCode.IntegrityFailure, "a file read back differs from what was written");
    }

    /// <summary>A service that ignores conditions would let two writers overwrite each other.</summary>
    private async Task RefuseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteTextAsync(_path, "second", WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            return;
        }
        await store.WriteTextAsync(_path, _path.Value, WriteMode.Replace, cancellationToken: cancellationToken).ConfigureAwait(false);
        throw Broken(StoreErrorCode.Unsupported, "the service overwrote a file although the request said to write only if no file exists");
    }

    /// <summary>Removes the files, also if the check is cancelled.</summary>
    private async Task RemoveAsync(StorePath[] paths)
    {
        foreach (var path in paths)
            await store.RemoveAsync(path, CancellationToken.None).ConfigureAwait(false);
    }

    private StoreException Broken(StoreErrorCode code, string reason) => new StoreException(code, reason).WithContext("check", store.Root);
}
