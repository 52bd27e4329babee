using Cairn.Providers;

namespace Cairn.Cli;

/// <summary>Does what a comparison says. One failure does not stop the others; each is reported, and the exit code tells.</summary>
internal sealed class TreeSync(Session session, TreeComparison comparison, bool delete, bool dryRun, bool json)
{
    private const int Parallelism = 8;
    private readonly Lock _gate = new();
    private readonly List<Task> _running = [];
    private long _copied;
    private long _bytes;
    private long _removed;
    private long _kept;
    private int _code = ExitCode.Done;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var target = comparison.Target;
        if (!dryRun && !target.Path.IsRoot && target.Store.Capabilities.Directories == DirectoryKind.Real)
            await target.Store.MakeDirectoryAsync(target.Path, cancellationToken).ConfigureAwait(false);
        try
        {
            await foreach (var step in comparison.CompareAsync(cancellationToken).ConfigureAwait(false))
                await DoAsync(step, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // What has begun ends before the command does; each copy has reported its own failure.
            await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (delete && !dryRun && _removed > 0 && target.Store.Capabilities.Directories == DirectoryKind.Real)
            await RemoveEmptyFoldersAsync(cancellationToken).ConfigureAwait(false);
        Summarise();
        return _code;
    }

    private async ValueTask DoAsync(SyncStep step, CancellationToken cancellationToken)
    {
        switch (step.Action)
        {
            case SyncAction.Copy:
                Show("copy", step);
                (_copied, _bytes) = (_copied + 1, _bytes + step.Entry.Length);
                if (!dryRun)
                    await StartAsync(step, cancellationToken).ConfigureAwait(false);
                break;
            case SyncAction.MakeDirectory when comparison.Target.Store.Capabilities.Directories != DirectoryKind.None:
                Show("mkdir", step);
                if (!dryRun)
                    await TryAsync(() => comparison.Target.Store.MakeDirectoryAsync(comparison.Target.Path / step.Path, cancellationToken)).ConfigureAwait(false);
                break;
            case SyncAction.Extra when delete:
                Show("remove", step);
                _removed++;
                // A removal is done before what comes after it: a file may stand where a folder is to come.
                if (!dryRun)
                    await TryAsync(() => comparison.Target.Store.RemoveAsync(comparison.Target.Path / step.Path, cancellationToken)).ConfigureAwait(false);
                break;
            case SyncAction.Keep:
                _kept++;
                break;
        }
    }

    private async ValueTask StartAsync(SyncStep step, CancellationToken cancellationToken)
    {
        while (_running.Count >= Parallelism)
            _running.Remove(await Task.WhenAny(_running).ConfigureAwait(false));
        cancellationToken.ThrowIfCancellationRequested();
        _running.Add(TryAsync(() => CopyAsync(step, cancellationToken)));
    }

    private async Task CopyAsync(SyncStep step, CancellationToken cancellationToken)
    {
        var (from, to) = (comparison.Source.Path / step.Path, comparison.Target.Path / step.Path);
        try
        {
            await comparison.Source.Store.CopyToAsync(from, comparison.Target.Store, to, WriteMode.Replace, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.PathConflict && delete)
        {
            // A folder stands where the source has a file, and what is in it is not in the source.
            await comparison.Target.Store.RemoveTreeAsync(to, cancellationToken).ConfigureAwait(false);
            await comparison.Source.Store.CopyToAsync(from, comparison.Target.Store, to, WriteMode.Replace, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (ArtifactStoreException e)
        {
            lock (_gate)
                _code = Math.Max(_code, session.Report(e));
        }
    }

    /// <summary>A real folder that has become empty shows only in a new listing, and its parent after it.</summary>
    private async Task RemoveEmptyFoldersAsync(CancellationToken cancellationToken)
    {
        for (var removed = true; removed;)
        {
            removed = false;
            await foreach (var step in comparison.CompareAsync(cancellationToken).ConfigureAwait(false))
            {
                if (step is { Action: SyncAction.Extra, Entry.IsDirectory: true })
                    removed |= await comparison.Target.Store.RemoveAsync(comparison.Target.Path / step.Path, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Show(string action, SyncStep step)
    {
        var name = step.Entry.IsDirectory ? step.Path.Value + "/" : step.Path.Value;
        lock (_gate)
        {
            if (!json)
            {
                session.Output.Line($"{action} {name} ({step.Reason})");
                return;
            }
            session.Output.Json(writer =>
            {
                writer.WriteString("action", action);
                writer.WriteString("name", step.Path.Value);
                writer.WriteString("kind", step.Entry.IsDirectory ? "directory" : "file");
                if (step.Entry.IsFile)
                    writer.WriteNumber("length", step.Entry.Length);
                writer.WriteString("reason", step.Reason);
            });
        }
    }

    private void Summarise()
    {
        if (!json)
            session.Output.Line($"{(dryRun ? "Would copy" : "Copied")} {_copied} ({ByteSize.Format(_bytes)}), {(dryRun ? "remove" : "removed")} {_removed}, {(dryRun ? "keep" : "kept")} {_kept}.");
    }
}
