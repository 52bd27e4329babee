using System.Text;

namespace Cairn.Cli;

/// <summary>An exception as one line: what was tried, why it failed with its code, and what to do.</summary>
internal static class Failure
{
    public static string Line(Exception exception) => OneLine(exception switch
    {
        StoreException { Advice: null } store when Advice(store.Code) is { } advice => $"{store.Message} {advice}",
        StoreException or MaterializationException or UsageException or FormatException or OutputException => exception.Message,
        ArgumentException { ParamName: { } name } => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        UnauthorizedAccessException => $"{exception.Message.TrimEnd('.')} (PermissionDenied).",
        IOException => $"{exception.Message.TrimEnd('.')} (Unknown). Run it again with --verbose for more.",
        _ => $"{exception.GetType().Name}: {exception.Message.TrimEnd('.')} (Unknown). This is a defect of Cairn; --verbose shows where.",
    });

    /// <summary>Everything that lies behind it, for --verbose.</summary>
    public static string Detail(Exception exception) => TerminalText.Escape(exception.ToString().ReplaceLineEndings("\n"), keepsLines: true);

    /// <summary>A text as one line: line breaks become blanks, and what a terminal would obey is escaped.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
            line.Append(c is '\n' or '\r' or '\t' ? ' ' : c);
        return TerminalText.Escape(line.ToString().Trim());
    }

    public static int CodeOf(Exception exception) => exception is UsageException or FormatException or ArgumentException ? ExitCode.Usage : ExitCode.Failed;

    private static string? Advice(StoreErrorCode code) => code switch
    {
        StoreErrorCode.NotFound => "See what is there with 'cairn ls'.",
        StoreErrorCode.AlreadyExists => "Remove it first, or choose another name.",
        StoreErrorCode.PreconditionFailed => "It has changed meanwhile: run the command again.",
        StoreErrorCode.PermissionDenied => "Check who may read and write there.",
        StoreErrorCode.Unauthenticated => "Check the store's credentials with 'cairn store check'.",
        StoreErrorCode.IntegrityFailure => "The content is damaged: restore it from its source.",
        StoreErrorCode.PathConflict => "Choose another path, or remove what stands in the way.",
        StoreErrorCode.Throttled or StoreErrorCode.Unavailable => "Try again later.",
        _ => null,
    };
}
