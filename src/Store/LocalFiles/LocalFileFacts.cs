namespace Cairn.LocalFiles;

/// <summary>The kind of a local entry.</summary>
internal enum LocalFileKind
{
    File,
    Directory,
    Link,
    Pipe,
    Socket,
    Device,
}

/// <summary>The metadata of a local file.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Modified">The modified time, with a precision of 100 ns.</param>
/// <param name="Identity">The identity of the file, which is equal for two names of one file.</param>
/// <param name="IsExecutable">true if the owner can execute the file.</param>
internal readonly record struct LocalFileFacts(LocalFileKind Kind, long Length, DateTimeOffset Modified, string Identity, bool IsExecutable)
{
    /// <summary>Gets the reason why the entry cannot be read as a file, or null for a file.</summary>
    public string? Problem => Kind switch
    {
        LocalFileKind.File => null,
        LocalFileKind.Directory => "it is a folder",
        LocalFileKind.Link => "it is a symbolic link",
        LocalFileKind.Pipe => "it is a pipe; use '-' for standard input",
        LocalFileKind.Socket => "it is a socket, and not a file",
        _ => "it is a device, and not a file",
    };

    /// <summary>Returns whether the content may have changed since earlier metadata of the same file was read.</summary>
    public bool IsChangedSince(in LocalFileFacts before) => Length != before.Length || Modified != before.Modified;
}
