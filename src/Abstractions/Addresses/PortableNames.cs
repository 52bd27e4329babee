using System.Buffers;
using System.Text;

namespace Cairn;

/// <summary>
/// Checks whether names are valid file names on every platform. The local provider refuses other names if its platform does not support them.
/// </summary>
public static class PortableNames
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\/:*?\"<>|");

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>Returns the reason why a name is not portable, as a phrase that completes "the name …"; null if the name is portable.</summary>
    /// <remarks>
    /// The rules are those of Windows ("Naming Files, Paths, and Namespaces") and the POSIX limit of 255 bytes. Names that differ only in case are not
    /// detected.
    /// </remarks>
    public static string? Problem(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name is "." or "..")
            return "is empty, '.' or '..'";
        if (name.IndexOfAny(Forbidden) is var bad and >= 0)
            return $"contains the character '{name[bad]}'";
        foreach (var c in name)
        {
            if (c < ' ')
                return "contains a control character";
        }
        if (name[^1] is '.' or ' ')
            return "ends with a dot or a space";
        var stem = name.IndexOf('.') is var dot and >= 0 ? name[..dot] : name;
        if (Devices.GetAlternateLookup<ReadOnlySpan<char>>().Contains(stem.TrimEnd(' ')))
            return "is a Windows device name";
        return Encoding.UTF8.GetByteCount(name) > 255 ? "is longer than 255 bytes" : null;
    }
}
