using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Moves by renaming: at every moment the file or tree is whole at one of the two paths.</summary>
internal static class LocalMove
{
    /// <summary>Moves.</summary>
    /// <returns>True.</returns>
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
                // Within one directory, the flush of the one that lost an entry is the same.
                if (tree.Flushes && request.Source.Parent != request.Target.Parent)
                    to.Flush();
                tree.Prune(request.Source.Parent, from, cancellationToken);
                return true;
            }
            catch (FileNotFoundException) when (tries < LocalTree.MostTries)
            {
                // A directory went under us: begin anew.
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
        // Two names of one file: POSIX then renames nothing and reports success.
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
                throw LocalErrors.DirectoryMove("a directory moves only to where nothing is (CreateNew)");
            case LocalKind.Directory when request.Target.IsUnder(request.Source):
                throw LocalErrors.DirectoryMove("the target lies inside of the directory that is to be moved");
            case LocalKind.Directory:
                return;
            case LocalKind.Link:
                throw LocalErrors.DirectoryMove("the source is a symbolic link, whose target another place would change; copy what it leads to, then remove the link");
            default:
                throw LocalErrors.NotFound();
        }
    }

    /// <summary>Locks both directories, always in one order, so that two moves never wait for each other; one directory only once.</summary>
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
