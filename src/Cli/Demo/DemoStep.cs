using System.Runtime.CompilerServices;

namespace Cairn.Cli.Demo;

/// <summary>One step of the demo: its title, its action, and the source text of the action.</summary>
internal sealed class DemoStep
{
    private readonly Func<DemoScene, Task> _run;

    /// <summary>
    /// Initializes a step. The compiler sets <paramref name="code"/> to the source of <paramref name="run"/>, so the printed code is the code that runs.
    /// </summary>
    public DemoStep(string title, Func<DemoScene, Task> run, [CallerArgumentExpression(nameof(run))] string code = "") =>
        (Title, _run, Code) = (title, run, Body(code));

    public string Title { get; }

    /// <summary>Gets the lines of the code without the enclosing lambda.</summary>
    public IReadOnlyList<string> Code { get; }

    public Task RunAsync(DemoScene scene) => _run(scene);

    private static List<string> Body(string code)
    {
        var lines = code.ReplaceLineEndings("\n").Split('\n').ToList();
        lines[0] = lines[0][(lines[0].IndexOf("=>", StringComparison.Ordinal) + 2)..].Trim();
        if (lines.Count == 1)
            return [lines[0] + ";"];
        lines.RemoveRange(0, lines[0].Length == 0 ? 2 : 1);
        lines.RemoveAt(lines.Count - 1);
        var indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return lines.ConvertAll(l => l.Length > indent ? l[indent..] : "");
    }
}
