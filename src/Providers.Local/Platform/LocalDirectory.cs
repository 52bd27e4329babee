using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform;

/// <summary>An open directory. Its members work on single names right inside it, and never follow a symbolic link at that name.</summary>
internal abstract class LocalDirectory : IDisposable
{
    /// <summary>Which directory it is, by whatever path it was reached.</summary>
    public abstract LocalFacts Facts { get; }

    /// <summary>True when the directory has been removed after it was opened.</summary>
    public abstract bool IsGone { get; }

    /// <summary>True when it holds nothing at all.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>What stands at a name; null for nothing.</summary>
    public abstract LocalFacts? Look(string name);

    /// <summary>Creates a file that must not exist, open for reading and writing, and held so that cleaners see that its writer lives.</summary>
    public abstract SafeFileHandle CreateFile(string name);

    /// <summary>Gives a file a new name, atomically. The source must exist.</summary>
    /// <returns>False when something stands at the new name and <paramref name="overwrite"/> is false.</returns>
    /// <exception cref="FileNotFoundException">The source, or one of the two directories, is gone.</exception>
    public abstract bool Rename(string name, LocalDirectory target, string newName, bool overwrite);

    /// <summary>Removes a name that is not a directory.</summary>
    /// <returns>False when it was missing.</returns>
    public abstract bool RemoveFile(string name);

    /// <summary>Removes a directory when it is empty.</summary>
    public abstract RemoveOutcome RemoveDirectory(string name);

    /// <summary>Makes a directory, marked as implicit or not.</summary>
    /// <returns>False when something stands at the name.</returns>
    /// <exception cref="DirectoryNotFoundException">This directory is gone.</exception>
    public abstract bool MakeDirectory(string name, bool isImplicit);

    /// <summary>Whether a write made this directory on the way, so that it goes when its last entry does.</summary>
    public abstract bool IsImplicit { get; }

    /// <summary>Makes the directory one that stays when it is empty.</summary>
    public abstract void MakeExplicit();

    /// <summary>Holds the directory against others, in this process and in others, until the lease is disposed.</summary>
    public abstract IDisposable Lock(bool exclusive, CancellationToken cancellationToken);

    /// <summary>Brings the directory's entries to the device.</summary>
    public abstract void Flush();

    /// <summary>Adds the names of everything in the directory to a list.</summary>
    public abstract void ReadNames(NameList names, CancellationToken cancellationToken);

    /// <summary>The facts of a listed name; null when it is gone.</summary>
    public abstract LocalFacts? Look(NameList names, int index);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>What became of a directory that was to be removed.</summary>
internal enum RemoveOutcome
{
    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>It was not there.</summary>
    Missing,

    /// <summary>It holds something.</summary>
    NotEmpty,

    /// <summary>It is something else.</summary>
    NotADirectory,
}
