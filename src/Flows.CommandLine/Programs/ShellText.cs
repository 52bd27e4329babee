namespace Cairn.Flows.Programs;

/// <summary>Writes commands that a user pastes into a shell.</summary>
internal static class ShellText
{
    /// <summary>Quotes a word if a shell would split or change it.</summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-:@%+=,#~".Contains(c, StringComparison.Ordinal) || (c == '\\' && OperatingSystem.IsWindows())) && word[0] is not ('#' or '~'))
            return word;
        // Messages show commands in single quotes.
        return $"\"{(OperatingSystem.IsWindows() ? word : string.Concat(word.Select(c => c is '"' or '\\' or '$' or '`' ? $"\\{c}" : $"{c}")))}\"";
    }

    /// <summary>Returns how a user starts this program: its name if the shell finds it, otherwise its path.</summary>
    /// <param name="name">The name of the program.</param>
    public static string FindProgram(string name)
    {
        if (Environment.ProcessPath is not { } path)
            return name;
        if (Path.GetFileNameWithoutExtension(path) == "dotnet")
            return $"dotnet {Quote(Environment.GetCommandLineArgs()[0])}";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => Path.Join(f, Path.GetFileName(path)) == path) ? name : Quote(path);
    }
}
