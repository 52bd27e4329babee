using Cairn.Errors;

namespace Cairn;

/// <summary>
/// An entry that a listing encountered and cannot list as a file or directory. Cairn cannot access it, so copying, moving or removing a tree leaves it in
/// place.
/// </summary>
/// <param name="Directory">The directory that contains the entry.</param>
/// <param name="Name">The name in the directory. If the name is not valid in a path, the rest of the key after the directory, with bytes that are not text
/// escaped.</param>
/// <param name="Kind">The reason for leaving the entry out.</param>
/// <param name="Reason">The reason as an error with a message.</param>
public sealed record UnlistedEntry(StorePath Directory, string Name, UnlistedKind Kind, Exception Reason)
{
    /// <summary>Gets the path of the entry, or null if its name is not valid in a path.</summary>
    public StorePath? Path => Kind != UnlistedKind.Unnameable && StorePath.TryParse(Name, out var name) && name.Depth == 1 ? Directory / name : (StorePath?)null;

    /// <summary>Gets the full name relative to the root: the text of the path if there is one.</summary>
    public string FullName => Directory.IsRoot ? Name : $"{Directory}/{Name}";

    /// <summary>
    /// Creates an entry for an object whose name is not a valid path, as written by other programs: <c>a//b</c>, <c>a/./b</c>, or a directory marker with
    /// content (<c>a/b/</c>).
    /// </summary>
    /// <param name="fullName">The name of the object, relative to the root of the store.</param>
    /// <returns>An entry whose directory is the deepest directory that contains it.</returns>
    public static UnlistedEntry Unnameable(string fullName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fullName);
        var directory = StorePath.Root;
        var at = 0;
        for (var slash = fullName.IndexOf('/'); slash > at && slash < fullName.Length - 1; slash = fullName.IndexOf('/', at))
        {
            if (!StorePath.TryParse(fullName[at..slash], out var segment))
                break;
            directory /= segment;
            at = slash + 1;
        }
        var reason = new StoreException(new(StoreErrorCode.PathConflict, $"it contains the object '{ErrorText.Escape(fullName)}', whose name is not a valid path")
        {
            Advice = "Another program wrote it. Rename or remove it with the service's own tools.",
        });
        return new(directory, fullName[at..], UnlistedKind.Unnameable, reason);
    }

    /// <summary>Returns the same entry relative to a directory that contains it, or whose marker it is.</summary>
    /// <param name="directory">The directory.</param>
    public UnlistedEntry RelativeTo(StorePath directory)
    {
        if (Directory.IsUnder(directory))
            return this with { Directory = Directory.RelativeTo(directory) };
        var name = FullName;
        return this with { Directory = StorePath.Root, Name = name.Length > directory.Value.Length + 1 ? name[(directory.Value.Length + 1)..] : "/" };
    }
}

/// <summary>The reason for leaving an entry out of a listing.</summary>
public enum UnlistedKind
{
    /// <summary>A symbolic link that does not point to a file: its target is a directory, does not exist, or is outside the store.</summary>
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Special,

    /// <summary>A directory whose content cannot be read.</summary>
    Unreadable,

    /// <summary>A name that is not valid in a <see cref="StorePath"/>.</summary>
    Unnameable,
}
