using System.Text;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Creates the errors of the local provider and classifies system errors.</summary>
internal static class LocalErrors
{
    /// <summary>A link to a target outside the root.</summary>
    public static StoreException Escape(StorePath path) => new(new StoreFault(
        StoreErrorCode.PermissionDenied, $"a symbolic link in '{path}' is absolute or points outside the root of the store")
    {
        Advice = "Make the link relative and its target inside the root, or open a store on the target of the link.",
    });

    /// <summary>Links that point to each other.</summary>
    public static StoreException LinksInCircle(StorePath path) =>
        new(StoreErrorCode.PathConflict, $"'{path}' contains too many symbolic links or a circular link");

    /// <summary>A listed name that is not valid in a path.</summary>
    public static StoreException NameIsNotText(ReadOnlySpan<byte> name) =>
        new(new StoreFault(StoreErrorCode.PathConflict, $"the directory contains the name '{Escaped(name)}', which is not UTF-8 text") { Advice = "Rename it, because a path cannot contain it." });

    /// <summary>Returns a name that is not text, with non-ASCII bytes in hexadecimal.</summary>
    public static string Escaped(ReadOnlySpan<byte> name)
    {
        var shown = new StringBuilder();
        foreach (var b in name)
            shown.Append(b is >= 0x20 and < 0x7F ? ((char)b).ToString() : $"\\x{b:x2}");
        return shown.ToString();
    }

    /// <summary>A link that is not listed.</summary>
    public static StoreException LinkIsNotListed(LocalFacts? leadsTo) => new(new StoreFault(
        StoreErrorCode.PathConflict, leadsTo?.Kind switch
        {
            LocalKind.Directory => "it is a symbolic link to a folder, which is not followed",
            LocalKind.Special => "it is a symbolic link to a pipe, a socket or a device",
            _ => "it is a symbolic link whose target does not exist or is outside the root of the store",
        }));

    /// <summary>A pipe, socket or device.</summary>
    public static StoreException IsSpecial() => new(StoreErrorCode.PathConflict, "it is a pipe, a socket or a device, not a file");

    /// <summary>A name that this platform or this provider does not support.</summary>
    public static StoreException NameCannotBeHeld(ReadOnlySpan<char> name, string problem) =>
        new(new StoreFault(StoreErrorCode.PathConflict, $"the name '{Shown(name)}' {problem}") { Advice = "Choose another name." });

    /// <summary>A path that is too long.</summary>
    public static StoreException PathTooLong(int longest) =>
        new(new StoreFault(StoreErrorCode.PathConflict, $"the path is longer than {longest} bytes") { Advice = "Choose a shorter path." });

    /// <summary>A directory where a file is required.</summary>
    public static StoreException IsDirectory() => new(StoreErrorCode.PathConflict, "a directory exists at that path");

    /// <summary>A file where a directory is required.</summary>
    public static StoreException IsFile() => new(StoreErrorCode.PathConflict, "a file exists at that path or at a parent");

    /// <summary>A path at which another entry exists.</summary>
    public static StoreException Taken(LocalKind by) => by switch
    {
        LocalKind.Directory => IsDirectory(),
        LocalKind.Special => new(StoreErrorCode.PathConflict, "an entry that is neither a file nor a directory exists at that path"),
        _ => AlreadyExists(),
    };

    /// <summary>A missing entry.</summary>
    public static StoreException NotFound() => new(StoreErrorCode.NotFound, "it does not exist");

    /// <summary>An existing entry that must not exist.</summary>
    public static StoreException AlreadyExists() => new(StoreErrorCode.AlreadyExists, "a file or directory already exists at that path");

    /// <summary>A version that is not the expected one, or a missing file.</summary>
    public static StoreException Changed(string? found) =>
        new(StoreErrorCode.PreconditionFailed, found is null ? "it does not exist" : $"it has changed: its etag is now {found}");

    /// <summary>A file that was truncated during a read.</summary>
    public static StoreException CutWhileRead() => new(StoreErrorCode.PreconditionFailed, "another program truncated the file while it was read");

    /// <summary>A file that was modified in place during a read.</summary>
    public static StoreException ChangedWhileRead() =>
        new(new StoreFault(StoreErrorCode.PreconditionFailed, "another program changed the file while it was read") { Advice = "Read it again when no program is writing to it." });

    /// <summary>A staged file was removed under its writer.</summary>
    public static StoreException StagedRemoved() => new(StoreErrorCode.NotFound, "the staged upload was removed while it was being written");

    /// <summary>An id that is not of a staged file.</summary>
    public static StoreException NotStaged() => new(StoreErrorCode.PathConflict, "the id is not that of a staged upload of this store");

    /// <summary>A flush has failed before: what is on the device is not known, and a second flush would not tell.</summary>
    public static StoreException FlushFailed(Exception cause) => new(
        new StoreFault(StoreErrorCode.Unavailable, "the bytes could not be brought to the device") { IsTransient = false, Advice = "Check the device, then write the file anew." }, cause);

    /// <summary>Attributes that the file system has no room for.</summary>
    public static StoreException AttributesTooLarge(int length) => new(new StoreFault(
        StoreErrorCode.Unsupported, $"content type and metadata take {length} bytes, more than the file system keeps with a file")
    {
        Advice = "Keep less metadata: most file systems hold up to about 4,000 bytes.",
    });

    /// <summary>Attributes that another program has spoilt.</summary>
    public static StoreException AttributesSpoilt(Exception cause) =>
        new(StoreErrorCode.IntegrityFailure, "the content type and metadata stored with the file cannot be read", cause);

    /// <summary>A lock that is not released.</summary>
    public static StoreException LockHeld(TimeSpan waited) => new(new StoreFault(
        StoreErrorCode.Unavailable, $"another process has held the lock of the directory for more than {waited.TotalSeconds:0} s")
    {
        Advice = "Check for a process that is not responding.",
    });

    /// <summary>A directory that is not empty.</summary>
    public static StoreException NotEmpty(string what) => new(StoreErrorCode.PathConflict, $"the directory is not empty: it contains {what}");

    /// <summary>A directory move that would replace an entry, or move the directory into itself.</summary>
    public static StoreException DirectoryMove(string why) => new(StoreErrorCode.PathConflict, why);

    /// <summary>Makes an external name safe for a one-line message.</summary>
    private static string Shown(ReadOnlySpan<char> name)
    {
        var shown = new StringBuilder();
        foreach (var c in name[..Math.Min(name.Length, 100)])
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString());
        return name.Length > 100 ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>Classifies an exception.</summary>
    public static StoreFault Classify(Exception exception) => exception switch
    {
        StoreException => StoreFaults.FromBaseLibrary(exception),
        NotADirectoryException => new(StoreErrorCode.PathConflict, "a file exists where a directory is required"),
        IOException e when SystemFaults.Of(e.HResult) is { } fault => fault,
        _ => StoreFaults.FromBaseLibrary(exception),
    };
}
