using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform;

/// <summary>An open directory. Its members operate on names directly inside it, and never follow a symbolic link at that name.</summary>
internal abstract class LocalDirectory : IDisposable
{
    /// <summary>Gets the metadata that identifies the directory, independently of the path used to open it.</summary>
    public abstract LocalFacts Facts { get; }

    /// <summary>Gets whether the directory was removed after it was opened.</summary>
    public abstract bool IsGone { get; }

    /// <summary>Gets whether the directory is empty.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Returns the metadata of the entry with a name, or null if there is none.</summary>
    public abstract LocalFacts? Look(string name);

    /// <summary>
    /// Creates a file that must not exist, opens it for reading and writing, and locks it so that a cleanup can see that its writer is active.
    /// </summary>
    public abstract SafeFileHandle CreateFile(string name);

    /// <summary>Renames a file atomically. The source must exist.</summary>
    /// <returns>false if an entry with the new name exists and <paramref name="overwrite"/> is false; otherwise, true.</returns>
    /// <exception cref="FileNotFoundException">The source or one of the two directories does not exist.</exception>
    public abstract bool Rename(string name, LocalDirectory target, string newName, bool overwrite);

    /// <summary>Removes an entry that is not a directory.</summary>
    /// <returns>false if it did not exist.</returns>
    public abstract bool RemoveFile(string name);

    /// <summary>Removes an empty directory.</summary>
    public abstract RemoveOutcome RemoveDirectory(string name);

    /// <summary>Creates a directory, marked as implicit or not.</summary>
    /// <returns>false if an entry with the name exists.</returns>
    /// <exception cref="DirectoryNotFoundException">This directory no longer exists.</exception>
    public abstract bool MakeDirectory(string name, bool isImplicit);

    /// <summary>Gets whether a write created this directory, so that it is removed with its last entry.</summary>
    public abstract bool IsImplicit { get; }

    /// <summary>Marks the directory as explicit, so that it remains when it is empty.</summary>
    public abstract void MakeExplicit();

    /// <summary>Locks the directory for this and other processes until the lease is disposed.</summary>
    public abstract IDisposable Lock(bool exclusive, CancellationToken cancellationToken);

    /// <summary>Flushes the entries of the directory to the device.</summary>
    public abstract void Flush();

    /// <summary>Adds the names of all entries to a list.</summary>
    public abstract void ReadNames(NameList names, CancellationToken cancellationToken);

    /// <summary>Returns the metadata of a listed entry, or null if it no longer exists.</summary>
    public abstract LocalFacts? Look(NameList names, int index);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>The result of removing a directory.</summary>
internal enum RemoveOutcome
{
    /// <summary>The directory was removed.</summary>
    Removed,

    /// <summary>The directory did not exist.</summary>
    Missing,

    /// <summary>The directory is not empty.</summary>
    NotEmpty,

    /// <summary>The entry is not a directory.</summary>
    NotADirectory,
}
