namespace Cairn.Plugins;

/// <summary>The names of a plugin's folder: its own name, or, where a version took the place of another, that name with <c>~</c> and eight digits, which no plugin can have as its name.</summary>
internal static class VersionFolder
{
    private const char Mark = '~';
    private const int Digits = 8;

    /// <summary>A new name for the folder of a version of a plugin.</summary>
    public static string NewFor(string plugin) => $"{plugin}{Mark}{Guid.NewGuid().ToString("N")[..Digits]}";

    /// <summary>Whether a folder may hold this plugin.</summary>
    public static bool IsOf(string plugin, string folder) =>
        folder == plugin || (folder.Length == plugin.Length + 1 + Digits && folder.StartsWith(plugin, StringComparison.Ordinal) && IsMarked(folder));

    /// <summary>Whether a folder has such a name with digits.</summary>
    public static bool IsMarked(string folder) =>
        folder.Length > Digits && folder[^(Digits + 1)] == Mark && folder.AsSpan(folder.Length - Digits).IndexOfAnyExcept("0123456789abcdef") < 0;
}
