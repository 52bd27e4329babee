namespace Cairn.LocalFiles;

/// <summary>What stands at a local path.</summary>
internal enum LocalFileKind
{
    File,
    Directory,
    Link,
    Pipe,
    Socket,
    Device,
}

/// <summary>What the system knows of a local file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Modified">When it was last written, to 100 ns.</param>
/// <param name="Identity">Which file it is, whatever its name; equal for two names of one file.</param>
/// <param name="IsExecutable">Whether its owner may run it.</param>
internal readonly record struct LocalFileFacts(LocalFileKind Kind, long Length, DateTimeOffset Modified, string Identity, bool IsExecutable)
{
    /// <summary>Why it cannot be read as a file; null for a file.</summary>
    public string? Problem => Kind switch
    {
        LocalFileKind.File => null,
        LocalFileKind.Directory => "it is a folder",
        LocalFileKind.Link => "it is a symbolic link",
        LocalFileKind.Pipe => "it is a pipe; use '-' for standard input",
        LocalFileKind.Socket => "it is a socket, and not a file",
        _ => "it is a device, and not a file",
    };

    /// <summary>Whether the content may have changed since the other facts were read of the same file.</summary>
    public bool IsChangedSince(in LocalFileFacts before) => Length != before.Length || Modified != before.Modified;
}
