using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cairn.Plugins;

/// <summary>The session of the terminal that this process runs in: the interactive shell that leads it, told apart from any other, also a later one of the same number.</summary>
internal static partial class ShellSession
{
    /// <summary>A name for it that is a file name too; null without a terminal, as in a service or a build server, and on Windows, which has no such sessions.</summary>
    public static string? Current()
    {
        if (OperatingSystem.IsWindows() || !HasTerminal())
            return null;
        var leader = GetSession(0);
        return leader > 0 && StartOf(leader) is { } start ? $"{leader}-{start}-{Machine()}" : null;
    }

    /// <summary>Whether a session that <see cref="Current"/> named is over. One of another container that shares the folder cannot be judged, and counts as running.</summary>
    public static bool IsOver(string name)
    {
        var parts = name.Split('-', 3);
        return parts.Length == 3 && parts[2] == Machine() && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var leader) && StartOf(leader) != parts[1];
    }

    private static bool HasTerminal()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>When a process began, in a form that is the same each time it is asked; null when there is none of that number, or it has ended.</summary>
    private static string? StartOf(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var found = Process.GetProcessById(process);
                return found.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
            }
            // The second field is the program's name in parentheses, which may hold anything.
            var status = File.ReadAllText($"/proc/{process}/stat");
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The run of the system and the space of process numbers.</summary>
    private static string Machine()
    {
        if (!OperatingSystem.IsLinux())
            return "here";
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").AsSpan().Trim();
        var space = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";
        return $"{boot[..8]}.{string.Concat(space.Where(char.IsAsciiDigit))}";
    }

    [LibraryImport("libc", EntryPoint = "getsid")]
    private static partial int GetSession(int process);
}
