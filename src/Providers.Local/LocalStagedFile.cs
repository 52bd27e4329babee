using Cairn.Providers.Local.Platform;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local;

/// <summary>A file that is being written: it has a reserved name, is flushed to the device and is then published in one step.</summary>
/// <remarks>
/// It is in the deepest existing directory of the target path, so an incomplete write creates no visible directory. Not thread-safe, except <see
/// cref="Write"/>.
/// </remarks>
internal sealed class LocalStagedFile : IDisposable
{
    /// <summary>A larger file is flushed separately, so writers that share a flush wait only for small files.</summary>
    private const int MostTogether = 1 << 20;

    /// <summary>The number of written bytes after which the device is told to begin writing.</summary>
    private const int BeginLength = 8 << 20;

    private readonly LocalTree _tree;
    private readonly StorePath _path;
    private readonly LocalDirectory _directory;
    private readonly string _name;
    private LocalFacts _facts;
    private Exception? _flushFailure;
    private bool _sealed, _published, _durable;

    private LocalStagedFile(LocalTree tree, StorePath path, LocalDirectory directory, string name, SafeFileHandle handle) =>
        (_tree, _path, _directory, _name, Handle) = (tree, path, directory, name, handle);

    /// <summary>Gets the open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Gets whether all content is written and, if the store guarantees it, on the device.</summary>
    public bool IsSealed => _sealed;

    /// <summary>Gets whether the file is closed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>
    /// Creates the file. A condition that is already known to fail is reported immediately. If the file is published immediately and replaces the existing
    /// one, this check is omitted.
    /// </summary>
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

    /// <summary>Writes bytes at an offset. In a long write, the device begins with the first bytes while the next are written.</summary>
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

    /// <summary>Sets the modified time of the file and flushes it to the device. The file cannot be written afterwards.</summary>
    /// <param name="modified">The modified time; null for the current time.</param>
    public void Seal(DateTimeOffset? modified = null)
    {
        if (_sealed)
            return;
        var files = _tree.FileSystem;
        files.Stamp(Handle, modified ?? _tree.Now);
        _facts = files.FactsOf(Handle);
        Flush(_facts.Length > MostTogether ? null : _facts.Device, () => files.Flush(Handle));
        _sealed = true;
        // A program that opens the published file must not encounter the lock of its writer.
        if (files.ClosesBeforeRename)
            Handle.Dispose();
        else
            files.Release(Handle);
    }

    /// <summary>Publishes the sealed file under the condition. After a failure, it can be called again and continues at the failed step.</summary>
    /// <returns>The metadata of the published file.</returns>
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

    /// <summary>Releases the file and, if it was not published, removes it. Throws no exception that would hide another one.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
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
            // A remaining file is recognized by its name, and a cleanup removes it once this handle is closed.
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
        // A rename never crosses devices, so the directory is on the device of the file.
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
            // The system reports lost data once: a second flush could succeed although the data is lost.
            _flushFailure = e;
            throw LocalErrors.FlushFailed(e);
        }
    }
}
