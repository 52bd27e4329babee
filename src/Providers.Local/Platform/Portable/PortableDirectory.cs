using System.IO.Enumeration;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Portable;

/// <summary>A directory identified by its real path, which is checked again before each change.</summary>
internal sealed class PortableDirectory(PortableFileSystem fileSystem, StorePath path, string real) : LocalDirectory
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Its identity is that of its lock, so that two directories that share a lock are locked once.</summary>
    public override LocalFacts Facts => new(LocalKind.Directory, 0, 0, 0, (ulong)PortableLock.NumberOf(real), 0, 1);

    /// <inheritdoc/>
    public override bool IsImplicit => File.Exists(At(LocalPaths.DirectoryMark));

    /// <inheritdoc/>
    public override bool IsGone => !Directory.Exists(real);

    /// <inheritdoc/>
    public override bool IsEmpty
    {
        get
        {
            try
            {
                return IsGone || HoldsNothing(real);
            }
            catch (DirectoryNotFoundException)
            {
                // Another writer removed it after the first look.
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public override LocalFacts? Look(string name) => PortableFileSystem.FactsOf(At(name));

    /// <inheritdoc/>
    public override LocalFacts? Look(NameList names, int index) => Look(names.TextAt(index));

    /// <inheritdoc/>
    public override SafeFileHandle CreateFile(string name)
    {
        Verify();
        // On Windows, others must be able to remove or rename the file; on other systems, only "None" takes the lock that shows that the writer is active.
        return OrGone(() => File.OpenHandle(At(name), FileMode.CreateNew, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None));
    }

    /// <inheritdoc/>
    public override bool Rename(string name, LocalDirectory target, string newName, bool overwrite)
    {
        Verify();
        var to = (PortableDirectory)target;
        to.Verify();
        try
        {
            return OrGone(() =>
            {
                if (Look(name) is { Kind: LocalKind.Directory })
                    Directory.Move(At(name), to.At(newName));
                else
                    File.Move(At(name), to.At(newName), overwrite);
                return true;
            });
        }
        catch (IOException e) when (e is not FileNotFoundException && !overwrite && to.Look(newName) is not null)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override bool RemoveFile(string name)
    {
        Verify();
        switch (Look(name)?.Kind)
        {
            case null:
                return false;
            case LocalKind.Directory:
                throw LocalErrors.IsDirectory();
            default:
                File.Delete(At(name));
                return true;
        }
    }

    /// <inheritdoc/>
    public override RemoveOutcome RemoveDirectory(string name)
    {
        Verify();
        var below = At(name);
        switch (Look(name)?.Kind)
        {
            case null:
                return RemoveOutcome.Missing;
            case not LocalKind.Directory:
                return RemoveOutcome.NotADirectory;
        }
        if (!HoldsNothing(below))
            return RemoveOutcome.NotEmpty;
        var mark = Path.Join(below, LocalPaths.DirectoryMark);
        var wasMarked = File.Exists(mark);
        File.Delete(mark);
        try
        {
            Directory.Delete(below);
            return RemoveOutcome.Removed;
        }
        catch (IOException) when (Directory.Exists(below) && !HoldsNothing(below))
        {
            if (wasMarked)
                File.WriteAllBytes(mark, []);
            return RemoveOutcome.NotEmpty;
        }
    }

    /// <inheritdoc/>
    public override bool MakeDirectory(string name, bool isImplicit)
    {
        Verify();
        using (Lock(exclusive: true, CancellationToken.None))
        {
            if (IsGone)
                throw new FileNotFoundException("the directory no longer exists");
            if (Look(name) is not null)
                return false;
            Directory.CreateDirectory(At(name));
            if (isImplicit)
                OrGone(() => File.OpenHandle(Path.Join(At(name), LocalPaths.DirectoryMark), FileMode.OpenOrCreate, FileAccess.Write)).Dispose();
            return true;
        }
    }

    /// <inheritdoc/>
    public override void MakeExplicit()
    {
        Verify();
        File.Delete(At(LocalPaths.DirectoryMark));
    }

    /// <summary>Always exclusive: shared locks of the base library are not worth their special cases.</summary>
    public override IDisposable Lock(bool exclusive, CancellationToken cancellationToken) => PortableLock.Take(real, cancellationToken);

    /// <summary>Does nothing: the base library cannot flush a directory, and journaling file systems preserve the order of renames.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void ReadNames(NameList names, CancellationToken cancellationToken)
    {
        var entries = new FileSystemEnumerable<(string Name, LocalKind Kind)>(
            real,
            static (ref FileSystemEntry entry) => (entry.FileName.ToString(), KindOf(ref entry)),
            Everything);
        try
        {
            foreach (var (name, kind) in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryEncode(name) is { } bytes)
                    names.Add(bytes, kind);
                else
                    names.Add(Encoding.UTF8.GetBytes(name), LocalKind.Unnameable);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It was removed after it was opened, and is empty.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    private static bool HoldsNothing(string directory) => Directory.EnumerateFileSystemEntries(directory).All(e => Path.GetFileName(e) == LocalPaths.DirectoryMark);

    private static LocalKind KindOf(ref FileSystemEntry entry) =>
        entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? LocalKind.Link
        : entry.IsDirectory ? LocalKind.Directory
        : entry.Attributes.HasFlag(FileAttributes.Device) ? LocalKind.Special
        : LocalKind.File;

    private static T OrGone<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException("a directory no longer exists", e);
        }
    }

    private string At(string name) => Path.Join(real, name);

    /// <summary>Returns the bytes of a name, or null if it is not text.</summary>
    private byte[]? TryEncode(string name)
    {
        try
        {
            // Unix names that are not text contain U+FFFD, and no file with the converted name exists.
            return !name.Contains('\uFFFD', StringComparison.Ordinal) || Look(name) is not null ? Strict.GetBytes(name) : null;
        }
        catch (EncoderFallbackException)
        {
            // An unpaired surrogate, which Windows allows in a name.
            return null;
        }
    }

    /// <summary>Checks that the path still refers to the same directory.</summary>
    private void Verify()
    {
        if (fileSystem.Resolve(path) != real)
            throw LocalErrors.Escape(path);
    }
}
