using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cairn.Plugins;

/// <summary>
/// The terminal session of this process: the interactive shell that leads it. It is distinct from all other sessions, including later ones with the same
/// number.
/// </summary>
internal static partial class ShellSession
{
    /// <summary>
    /// Returns a name for the session that is a valid file name. Null without a terminal, as in a service or a build server, and on Windows, which has no
    /// such sessions.
    /// </summary>
    public static string? Current()
    {
        if (OperatingSystem.IsWindows() || !HasTerminal())
            return null;
        var leader = GetSession(0);
        return leader > 0 && StartOf(leader) is { } start ? $"{leader}-{start}-{Machine()}" : null;
    }

    /// <summary>
    /// Returns true if a session that was named by <see cref="Current"/> has ended. A session of another container that shares the folder cannot be checked
    /// and counts as running.
    /// </summary>
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

    /// <summary>Returns the start time of a process in a stable form, or null if there is no such process.</summary>
    private static string? StartOf(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var found = Process.GetProcessById(process);
                return found.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
            }
            // The second field is the name of the program in parentheses, which can contain any character.
            var status = File.ReadAllText($"/proc/{process}/stat");
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Returns the identity of the system boot and the process namespace.</summary>
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
