using System.Buffers;
using System.Text;

namespace Cairn;

/// <summary>Which single names every platform can hold as a file name; the local provider refuses the others where the platform cannot hold them.</summary>
public static class PortableNames
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\/:*?\"<>|");

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>Why a name is not portable, in words that complete "the name …"; null when it is.</summary>
    /// <remarks>The rules are those of Windows' "Naming Files, Paths, and Namespaces" and POSIX' 255-byte names. A name that differs only in case is not looked at.</remarks>
    public static string? Problem(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name is "." or "..")
            return "is empty, '.' or '..'";
        if (name.IndexOfAny(Forbidden) is var bad and >= 0)
            return $"holds the character '{name[bad]}'";
        foreach (var c in name)
        {
            if (c < ' ')
                return "holds a control character";
        }
        if (name[^1] is '.' or ' ')
            return "ends in a dot or a space";
        var stem = name.IndexOf('.') is var dot and >= 0 ? name[..dot] : name;
        if (Devices.GetAlternateLookup<ReadOnlySpan<char>>().Contains(stem.TrimEnd(' ')))
            return "is a Windows device name";
        return Encoding.UTF8.GetByteCount(name) > 255 ? "is longer than 255 bytes" : null;
    }
}
