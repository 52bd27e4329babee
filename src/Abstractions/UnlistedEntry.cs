namespace Cairn;

/// <summary>Something that a listing met and cannot list as a file or directory. What it lists, it lists whole; what it leaves out, it says here.</summary>
/// <param name="Directory">The directory that holds it.</param>
/// <param name="Name">Its name there, or what follows the directory in its key; bytes that are not text are escaped.</param>
/// <param name="Kind">Why it is left out.</param>
/// <param name="Reason">The same in words, as an error.</param>
public sealed record UnlistedEntry(ArtifactPath Directory, string Name, UnlistedKind Kind, Exception Reason)
{
    /// <summary>Its path; null when no path can name it.</summary>
    public ArtifactPath? Path => Kind != UnlistedKind.Unnameable && ArtifactPath.TryParse(Name, out var name) && name.Depth == 1 ? Directory / name : (ArtifactPath?)null;
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

    /// <summary>A name that no <see cref="ArtifactPath"/> can hold.</summary>
    Unnameable,
}
