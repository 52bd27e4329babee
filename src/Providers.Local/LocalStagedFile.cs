using Cairn.Providers.Local.Platform;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local;

/// <summary>A file on its way to its name: written under a reserved name beside it, brought to the device, then published in one step.</summary>
/// <remarks>
/// It stands in the deepest directory of the target's that exists, so that a write that is not completed makes no directory visible. One call at a time, except
/// <see cref="Write"/>.
/// </remarks>
internal sealed class LocalStagedFile : IDisposable
{
    /// <summary>A larger file is flushed alone: those that wait for others' flushes wait for small ones only.</summary>
    private const int MostTogether = 1 << 20;

    /// <summary>So many bytes are worth telling the device of.</summary>
    private const int BeginLength = 8 << 20;

    private readonly LocalTree _tree;
    private readonly StorePath _path;
    private readonly LocalDirectory _directory;
    private readonly string _name;
    private LocalFacts _facts;
    private Exception? _flushFailure;
    private bool _sealed, _published, _durable, _disposed;

    private LocalStagedFile(LocalTree tree, StorePath path, LocalDirectory directory, string name, SafeFileHandle handle) =>
        (_tree, _path, _directory, _name, Handle) = (tree, path, directory, name, handle);

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>True when everything is written and, where the store promises it, on the device.</summary>
    public bool IsSealed => _sealed;

    /// <summary>Creates the file. A condition that is already known to fail is reported at once; where the file is published right away and replaces what is there, that look is spared.</summary>
    public static LocalStagedFile Create(LocalTree tree, StorePath path, WriteMode mode, bool isPublishedAtOnce = false)
    {
        for (var tries = 0; ; tries++)
        {
            var directory = tree.OpenNearest(path.Parent, out var found);
            try
            {
                if (found == path.Parent)
                {
                    if (!isPublishedAtOnce || mode.Kind != WriteModes.Replace)
                        tree.CheckTarget(directory, path, mode);
                }
                else if (mode.Kind == WriteModes.Match)
                    throw LocalErrors.Changed(null);
                if (tree.Flushes)
                    tree.Group.Prepare();
                var name = LocalPaths.NewStagedName(path.RelativeTo(found));
                return new(tree, path, directory, name, directory.CreateFile(name));
            }
            catch (FileNotFoundException) when (tries < LocalTree.MostTries)
            {
                directory.Dispose();
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        }
    }

    /// <summary>Writes bytes at an offset. Of many, the device begins with the first ones while the next are written.</summary>
    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        var files = _tree.FileSystem;
        if (!_tree.Flushes || data.Length < BeginLength)
        {
            files.Write(Handle, data, offset);
            return;
        }
        for (; data.Length > 0; data = data[Math.Min(data.Length, BeginLength)..], offset += BeginLength)
        {
            files.Write(Handle, data[..Math.Min(data.Length, BeginLength)], offset);
            files.BeginFlush(Handle, offset, Math.Min(data.Length, BeginLength));
        }
    }

    /// <summary>Gives the file its time and brings it to the device. What comes after cannot write any more.</summary>
    /// <param name="modified">Its time; null for now.</param>
    public void Seal(DateTimeOffset? modified = null)
    {
        if (_sealed)
            return;
        var files = _tree.FileSystem;
        files.Stamp(Handle, modified ?? _tree.Now);
        _facts = files.FactsOf(Handle);
        Flush(_facts.Length > MostTogether ? null : _facts.Device, () => files.Flush(Handle));
        _sealed = true;
        // Whoever opens the published file must not meet its writer's lock.
        if (files.ClosesBeforeRename)
            Handle.Dispose();
        else
            files.Release(Handle);
    }

    /// <summary>Publishes the sealed file under the condition. When it has failed it may be called again, and goes on where it stopped.</summary>
    /// <returns>The facts of what is now at the path.</returns>
    public LocalFacts Publish(WriteMode mode, CancellationToken cancellationToken)
    {
        for (var tries = 0; !_durable; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                PublishOnce(mode, cancellationToken);
            }
            catch (FileNotFoundException) when (tries < LocalTree.MostTries)
            {
                if (_directory.Look(_name) is null)
                    throw LocalErrors.StagedRemoved();
            }
        }
        return _facts;
    }

    /// <summary>Releases; when nothing was published also removes what was written. Throws nothing that hides what went wrong before.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            if (!_published)
            {
                _directory.RemoveFile(_name);
                _tree.PruneUnused(_path.Parent);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What stays behind is recognised by its name, and a cleaner removes it once this handle is closed.
        }
        finally
        {
            Handle.Dispose();
            _directory.Dispose();
        }
    }

    private void PublishOnce(WriteMode mode, CancellationToken cancellationToken)
    {
        if (mode.Kind == WriteModes.Match && _tree.TryOpen(_path.Parent) is var existing)
        {
            if (existing is null)
                throw LocalErrors.Changed(null);
            existing.Dispose();
        }
        using var parent = _tree.Ensure(_path.Parent);
        if (!_published)
        {
            using (parent.Lock(exclusive: mode.Kind == WriteModes.Match, cancellationToken))
            {
                _tree.CheckTarget(parent, _path, mode);
                if (!_directory.Rename(_name, parent, _path.Name, overwrite: mode.Kind != WriteModes.CreateNew))
                    throw LocalErrors.AlreadyExists();
            }
            _published = true;
        }
        // A rename does not cross devices: the directory is on the file's.
        Flush(_facts.Device, parent.Flush);
        _durable = true;
    }

    private void Flush(ulong? device, Action flush)
    {
        if (!_tree.Flushes)
            return;
        if (_flushFailure is not null)
            throw LocalErrors.FlushFailed(_flushFailure);
        try
        {
            if (device is null)
                flush();
            else
                _tree.Group.Flush(device.Value, flush);
        }
        catch (IOException e)
        {
            // The system reports what it lost once: a second flush could succeed without the bytes being there.
            _flushFailure = e;
            throw LocalErrors.FlushFailed(e);
        }
    }
}
