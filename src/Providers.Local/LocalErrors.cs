using System.Text;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>What goes wrong on a disk, in Cairn's terms.</summary>
internal static class LocalErrors
{
    /// <summary>A link that leads out of the root.</summary>
    public static StoreException Escape(StorePath path) => new(new StoreFault(
        StoreErrorCode.PermissionDenied, $"a symbolic link in '{path}' is absolute or leads outside of the store's root")
    {
        Advice = "Make the link relative to a place below the root, or open a store on the place that it leads to.",
    });

    /// <summary>Links that lead to each other.</summary>
    public static StoreException LinksInCircle(StorePath path) =>
        new(StoreErrorCode.PathConflict, $"'{path}' passes through too many symbolic links, or through one that leads in a circle");

    /// <summary>A listed name that cannot be part of a path.</summary>
    public static StoreException NameIsNotText(ReadOnlySpan<byte> name) =>
        new(new StoreFault(StoreErrorCode.PathConflict, $"the directory holds the name '{Escaped(name)}', which is not UTF-8 text") { Advice = "Rename it: no path can name it." });

    /// <summary>A name that is not text, with its bytes in hexadecimal where they are not ASCII.</summary>
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
            LocalKind.Special => "it is a symbolic link to a pipe, socket or device",
            _ => "it is a symbolic link that leads nowhere, or out of the store's root",
        }));

    /// <summary>A pipe, socket or device.</summary>
    public static StoreException IsSpecial() => new(StoreErrorCode.PathConflict, "it is a pipe, a socket or a device, and not a file");

    /// <summary>A path that this platform or this provider cannot hold.</summary>
    public static StoreException NameCannotBeHeld(ReadOnlySpan<char> name, string problem) =>
        new(new StoreFault(StoreErrorCode.PathConflict, $"the name '{Shown(name)}' {problem}") { Advice = "Choose another name." });

    /// <summary>A path that is too long as a whole.</summary>
    public static StoreException PathTooLong(int longest) =>
        new(new StoreFault(StoreErrorCode.PathConflict, $"the path is longer than {longest} bytes") { Advice = "Choose a shorter one." });

    /// <summary>A directory where a file is meant.</summary>
    public static StoreException IsDirectory() => new(StoreErrorCode.PathConflict, "a directory stands there");

    /// <summary>A file where a directory is meant.</summary>
    public static StoreException IsFile() => new(StoreErrorCode.PathConflict, "a file stands there, or at a parent");

    /// <summary>A path that something has taken.</summary>
    public static StoreException Taken(LocalKind by) => by switch
    {
        LocalKind.Directory => IsDirectory(),
        LocalKind.Special => new(StoreErrorCode.PathConflict, "something stands there that is neither a file nor a directory"),
        _ => AlreadyExists(),
    };

    /// <summary>Nothing there.</summary>
    public static StoreException NotFound() => new(StoreErrorCode.NotFound, "it does not exist");

    /// <summary>Something there that must not be.</summary>
    public static StoreException AlreadyExists() => new(StoreErrorCode.AlreadyExists, "something is already there");

    /// <summary>Another version, or none, where one was asked for.</summary>
    public static StoreException Changed(string? found) =>
        new(StoreErrorCode.PreconditionFailed, found is null ? "nothing is there" : $"it has changed: its etag is {found}");

    /// <summary>A file became shorter under its reader.</summary>
    public static StoreException CutWhileRead() => new(StoreErrorCode.PreconditionFailed, "another program has cut the file short while it was read");

    /// <summary>A file was written in place under its reader.</summary>
    public static StoreException ChangedWhileRead() =>
        new(new StoreFault(StoreErrorCode.PreconditionFailed, "another program has changed the file while it was read") { Advice = "Read it again when nobody writes it." });

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

    /// <summary>A lock that nobody gives back.</summary>
    public static StoreException LockHeld(TimeSpan waited) => new(new StoreFault(
        StoreErrorCode.Unavailable, $"another process has held the lock of the directory for more than {waited.TotalSeconds:0} s")
    {
        Advice = "Look for a process that hangs.",
    });

    /// <summary>A directory that holds something.</summary>
    public static StoreException NotEmpty(string what) => new(StoreErrorCode.PathConflict, $"the directory is not empty: it holds {what}");

    /// <summary>A directory that would have to take the place of something, or come to lie in itself.</summary>
    public static StoreException DirectoryMove(string why) => new(StoreErrorCode.PathConflict, why);

    /// <summary>A name from outside, made safe to stand in a one-line message.</summary>
    private static string Shown(ReadOnlySpan<char> name)
    {
        var shown = new StringBuilder();
        foreach (var c in name[..Math.Min(name.Length, 100)])
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString());
        return name.Length > 100 ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>What an exception means.</summary>
    public static StoreFault Classify(Exception exception) => exception switch
    {
        StoreException => StoreFaults.FromBaseLibrary(exception),
        NotADirectoryException => new(StoreErrorCode.PathConflict, "a file stands where a directory is needed"),
        IOException e when SystemFaults.Of(e.HResult) is { } fault => fault,
        _ => StoreFaults.FromBaseLibrary(exception),
    };
}
