using Cairn.Transfers;
using Spectre.Console;

namespace Cairn.Cli;

/// <summary>Shows a progress bar on standard error during a transfer if standard error is a terminal.</summary>
internal static class ProgressBar
{
    public static Task ShowAsync(Session session, string title, Func<IProgress<TransferProgress>?, Task> transfer) =>
        session.ShowsProgress ? DrawAsync(session.Error, TerminalText.Escape(title), transfer) : transfer(null);

    private static Task DrawAsync(TextWriter error, string title, Func<IProgress<TransferProgress>?, Task> transfer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => transfer(new Bar(context.AddTask(Markup.Escape(title), autoStart: true, maxValue: 1), title)));
    }

    private sealed class Bar(ProgressTask task, string title) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            task.IsIndeterminate = value.TotalBytes is null;
            task.MaxValue = Math.Max(1, value.TotalBytes ?? 1);
            task.Value = value.TotalBytes is null ? 0 : value.Bytes;
            var files = value.TotalFiles is { } total ? $"{value.Files}/{total} files" : $"{value.Files} files";
            task.Description = Markup.Escape($"{title}  {files}  {ByteSize.Format(value.Bytes)}  {ByteSize.Format(value.BytesPerSecond)}/s");
        }
    }
}
