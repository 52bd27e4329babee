using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Moves by renaming: at every moment the file or tree exists completely at exactly one of the two paths.</summary>
internal static class LocalMove
{
    /// <summary>Performs the move.</summary>
    /// <returns>Always true.</returns>
    public static bool Run(LocalTree tree, CopyRequest request, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var from = tree.TryOpen(request.Source.Parent) ?? throw LocalErrors.NotFound();
                CheckSource(from.Look(request.Source.Name), request);
                if (request.Mode.Kind == WriteModes.Match && tree.FileSystem.Stat(request.Target) is null)
                    throw LocalErrors.Changed(null);
                using var to = tree.Ensure(request.Target.Parent);
                Rename(tree, request, from, to, cancellationToken);
                // Within one directory, the source directory is the same and is already flushed.
                if (tree.Flushes && request.Source.Parent != request.Target.Parent)
                    to.Flush();
                tree.Prune(request.Source.Parent, from, cancellationToken);
                return true;
            }
            catch (FileNotFoundException) when (tries < LocalTree.MostTries)
            {
                // A directory was removed concurrently: start over.
            }
            catch
            {
                tree.PruneUnused(request.Target.Parent);
                throw;
            }
        }
    }

    private static void Rename(LocalTree tree, CopyRequest request, LocalDirectory from, LocalDirectory to, CancellationToken cancellationToken)
    {
        using var leases = Lock(request, from, to, cancellationToken);
        var source = from.Look(request.Source.Name);
        CheckSource(source, request);
        var target = tree.CheckTarget(to, request.Target, request.Mode);
        if (!from.Rename(request.Source.Name, to, request.Target.Name, overwrite: request.Mode.Kind != WriteModes.CreateNew))
            throw LocalErrors.AlreadyExists();
        // Both names refer to the same file: POSIX then renames nothing and reports success.
        if (target is not null && source!.Value.IsSameAs(target.Value) && source.Value.Links > 1)
            from.RemoveFile(request.Source.Name);
    }

    private static void CheckSource(LocalFacts? source, CopyRequest request)
    {
        switch (source?.Kind)
        {
            case LocalKind.File:
                if (request.SourceIfMatch is { } etag && etag != source.Value.ETag)
                    throw LocalErrors.Changed(source.Value.ETag);
                return;
            case LocalKind.Directory when request.Mode.Kind != WriteModes.CreateNew:
                throw LocalErrors.DirectoryMove("a directory can be moved only to a path where nothing exists (CreateNew)");
            case LocalKind.Directory when request.Target.IsUnder(request.Source):
                throw LocalErrors.DirectoryMove("the target is inside the directory to be moved");
            case LocalKind.Directory:
                return;
            case LocalKind.Link:
                throw LocalErrors.DirectoryMove("the source is a symbolic link, whose target would change at another path; copy its target, then remove the link");
            default:
                throw LocalErrors.NotFound();
        }
    }

    /// <summary>Locks both directories in a fixed order, so two moves never wait for each other. A single directory is locked once.</summary>
    private static Leases Lock(CopyRequest request, LocalDirectory from, LocalDirectory to, CancellationToken cancellationToken)
    {
        var fromExclusive = request.SourceIfMatch is not null;
        var toExclusive = request.Mode.Kind == WriteModes.Match;
        LocalFacts a = from.Facts, b = to.Facts;
        if (a.IsSameAs(b))
            return new(to.Lock(fromExclusive || toExclusive, cancellationToken), null);
        var fromFirst = (a.Device, a.Identity).CompareTo((b.Device, b.Identity)) < 0;
        var first = fromFirst ? from.Lock(fromExclusive, cancellationToken) : to.Lock(toExclusive, cancellationToken);
        try
        {
            return new(first, fromFirst ? to.Lock(toExclusive, cancellationToken) : from.Lock(fromExclusive, cancellationToken));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private sealed record Leases(IDisposable First, IDisposable? Second) : IDisposable
    {
        public void Dispose()
        {
            Second?.Dispose();
            First.Dispose();
        }
    }
}
