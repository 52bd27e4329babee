namespace Cairn.Plugins;

/// <summary>
/// The folder names of a plugin: its own name or, if a version replaced another one, the name followed by <c>~</c> and eight digits, which is not a valid
/// plugin name.
/// </summary>
internal static class VersionFolder
{
    private const char Mark = '~';
    private const int Digits = 8;

    /// <summary>Returns a new folder name for a version of a plugin.</summary>
    public static string NewFor(string plugin) => $"{plugin}{Mark}{Guid.NewGuid().ToString("N")[..Digits]}";

    /// <summary>Returns true if a folder name can belong to a plugin.</summary>
    public static bool IsOf(string plugin, string folder) =>
        folder == plugin || (folder.Length == plugin.Length + 1 + Digits && folder.StartsWith(plugin, StringComparison.Ordinal) && IsMarked(folder));

    /// <summary>Returns true if a folder name has a version mark.</summary>
    public static bool IsMarked(string folder) =>
        folder.Length > Digits && folder[^(Digits + 1)] == Mark && folder.AsSpan(folder.Length - Digits).IndexOfAnyExcept("0123456789abcdef") < 0;
}
