using System.Globalization;
using System.Text;

namespace Cairn.Flows.Progress;

/// <summary>Lines at the end of a terminal that are drawn again in place. What a step prints meanwhile appears above them.</summary>
internal sealed class LiveLines : IDisposable
{
    private const string EraseBelow = "\u001b[J";
    private const int DefaultWidth = 80, DefaultHeight = 24;

    private readonly TextWriter _error;
    private readonly Lock _lock = new();
    private readonly (TextWriter Output, TextWriter Error) _console;
    private int _drawn;

    public LiveLines(TextWriter error)
    {
        (_error, _console) = (error, (Console.Out, Console.Error));
        // Otherwise, the display would overwrite what a step prints.
        if (!Console.IsOutputRedirected)
            Console.SetOut(new Above(this, _console.Output));
        Console.SetError(new Above(this, _console.Error));
    }

    /// <summary>Draws the lines in the place of those before, as many as the terminal holds.</summary>
    public void Show(IReadOnlyList<string> lines)
    {
        var (width, height) = Size();
        // The first line names the run; of the others, the last ones are those that run or wait.
        if (lines.Count >= height)
            lines = [lines[0], .. lines.Skip(lines.Count - height + 2)];
        lock (_lock)
        {
            var text = new StringBuilder(Start());
            foreach (var line in lines)
                text.Append(line.Length < width ? line : line[..(width - 1)]).Append('\n');
            try
            {
                _error.Write(text);
                _error.Flush();
                _drawn = lines.Count;
            }
            catch (IOException)
            {
                // The terminal is gone, and nobody sees how far the run is; the run goes on.
            }
        }
    }

    public void Dispose()
    {
        Console.SetOut(_console.Output);
        Console.SetError(_console.Error);
    }

    private static (int Width, int Height) Size()
    {
        try
        {
            return (Console.WindowWidth is > 1 and var width ? width : DefaultWidth, Console.WindowHeight is > 1 and var height ? height : DefaultHeight);
        }
        catch (IOException)
        {
            // A terminal that does not tell its size.
            return (DefaultWidth, DefaultHeight);
        }
    }

    /// <summary>The beginning of the first line that was drawn.</summary>
    private string Start() => _drawn == 0 ? "\r" + EraseBelow : string.Create(CultureInfo.InvariantCulture, $"\r\u001b[{_drawn}A{EraseBelow}");

    private void Write(TextWriter target, Action<TextWriter> write)
    {
        lock (_lock)
        {
            if (_drawn > 0)
            {
                _error.Write(Start());
                _error.Flush();
                _drawn = 0;
            }
            write(target);
        }
    }

    /// <summary>Writes above the lines, which the next drawing shows again.</summary>
    private sealed class Above(LiveLines lines, TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => lines.Write(inner, w => w.Write(value));

        public override void Write(char[] buffer, int index, int count) => lines.Write(inner, w => w.Write(buffer, index, count));

        public override void Write(string? value) => lines.Write(inner, w => w.Write(value));

        public override void WriteLine(string? value) => lines.Write(inner, w => w.WriteLine(value));

        public override void Flush() => inner.Flush();
    }
}
