using Cairn.Errors;

namespace Cairn;

/// <summary>Something that a listing met and cannot list as a file or directory: nothing in Cairn reaches what is behind it, so whoever copies, moves or removes a whole tree leaves it.</summary>
/// <param name="Directory">The directory that holds it.</param>
/// <param name="Name">Its name there; where no path can name it, all that follows the directory in its key, and bytes that are not text are escaped.</param>
/// <param name="Kind">Why it is left out.</param>
/// <param name="Reason">The same in words, as an error.</param>
public sealed record UnlistedEntry(StorePath Directory, string Name, UnlistedKind Kind, Exception Reason)
{
    /// <summary>Its path; null when no path can name it.</summary>
    public StorePath? Path => Kind != UnlistedKind.Unnameable && StorePath.TryParse(Name, out var name) && name.Depth == 1 ? Directory / name : (StorePath?)null;

    /// <summary>Its whole name, relative to the root: the text of its path where it has one.</summary>
    public string FullName => Directory.IsRoot ? Name : $"{Directory}/{Name}";

    /// <summary>Makes the entry of an object that no path can name, as other programs write them: <c>a//b</c>, <c>a/./b</c>, a directory's marker that has content (<c>a/b/</c>).</summary>
    /// <param name="fullName">The object's name, relative to the store's root.</param>
    /// <returns>An entry whose directory is the deepest that holds it.</returns>
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
        var reason = new StoreException(new(StoreErrorCode.PathConflict, $"it holds the object '{ErrorText.Escape(fullName)}', which no path can name")
        {
            Advice = "Another program wrote it. Rename or remove it with the service's own tools.",
        });
        return new(directory, fullName[at..], UnlistedKind.Unnameable, reason);
    }

    /// <summary>The same entry as a directory sees it that holds it, or whose own marker it is.</summary>
    /// <param name="directory">The directory.</param>
    public UnlistedEntry RelativeTo(StorePath directory)
    {
        if (Directory.IsUnder(directory))
            return this with { Directory = Directory.RelativeTo(directory) };
        var name = FullName;
        return this with { Directory = StorePath.Root, Name = name.Length > directory.Value.Length + 1 ? name[(directory.Value.Length + 1)..] : "/" };
    }
}

/// <summary>Why a listing leaves something out.</summary>
public enum UnlistedKind
{
    /// <summary>A symbolic link that does not lead to a file: to a directory, to nothing, or out of the store.</summary>
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Special,

    /// <summary>A directory whose content cannot be read.</summary>
    Unreadable,

    /// <summary>A name that no <see cref="StorePath"/> can hold.</summary>
    Unnameable,
}
