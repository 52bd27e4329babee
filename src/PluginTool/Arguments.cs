namespace Cairn.PluginTool;

/// <summary>An error that the build reports. The code is for searching.</summary>
internal sealed class ToolException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>
/// Parses <c>command --name=value … --last=text</c>. An argument <c>@FILE</c> stands for the lines of the file: the command lines of builds are long, and
/// their quoting differs between systems.
/// </summary>
internal static class Arguments
{
    /// <summary>A line without <c>--</c> continues the previous value, because descriptions can have several lines.</summary>
    public static (string Command, Dictionary<string, string> Values) Read(string[] args)
    {
        var all = args.SelectMany(a => a.StartsWith('@') ? File.ReadAllLines(a[1..]) : [a]).ToList();
        if (all.Count == 0)
            throw new ToolException("CAIRN000", "no command was given");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string? last = null;
        foreach (var line in all.Skip(1))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith("--", StringComparison.Ordinal) && equals > 2)
                values[last = line[2..equals]] = line[(equals + 1)..];
            else if (last is not null)
                values[last] = $"{values[last]} {line.Trim()}".Trim();
            else
                throw new ToolException("CAIRN000", $"unexpected argument '{line}'");
        }
        return (all[0], values);
    }

    public static string Need(this Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var value) && value.Length > 0 ? value : throw new ToolException("CAIRN000", $"--{name} is missing");
}
