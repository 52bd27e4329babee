namespace Cairn.Cli;

/// <summary>Formats an exception as one line: the operation, the reason with its code, and the advice.</summary>
internal static class Failure
{
    public static string Line(Exception exception) => TerminalText.OneLine(exception switch
    {
        StoreException { Advice: null } store when Advice(store.Code) is { } advice => $"{store.Message} {advice}",
        StoreException or MaterializationException or UsageException or FormatException or OutputException => exception.Message,
        ArgumentException { ParamName: { } name } => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        UnauthorizedAccessException => $"{exception.Message.TrimEnd('.')} (PermissionDenied).",
        IOException => $"{exception.Message.TrimEnd('.')} (Unknown). Run the command again with --verbose for details.",
        _ => $"{exception.GetType().Name}: {exception.Message.TrimEnd('.')} (Unknown). This is a bug in Cairn; run the command again with --verbose for details.",
    });

    /// <summary>Returns the full details of an exception, for --verbose.</summary>
    public static string Detail(Exception exception) => TerminalText.Escape(exception.ToString().ReplaceLineEndings("\n"), keepsLines: true);

    public static int CodeOf(Exception exception) => exception is UsageException or FormatException or ArgumentException ? ExitCode.Usage : ExitCode.Failed;

    private static string? Advice(StoreErrorCode code) => code switch
    {
        StoreErrorCode.NotFound => "List the existing files with 'cairn ls'.",
        StoreErrorCode.AlreadyExists => "Remove it first, or choose another name.",
        StoreErrorCode.PreconditionFailed => "It was changed in the meantime. Run the command again.",
        StoreErrorCode.PermissionDenied => "Check the permissions on it.",
        StoreErrorCode.Unauthenticated => "Check the store's credentials with 'cairn store check'.",
        StoreErrorCode.IntegrityFailure => "The content is damaged. Restore it from its source.",
        StoreErrorCode.PathConflict => "Choose another path, or remove the entry that is in the way.",
        StoreErrorCode.Throttled or StoreErrorCode.Unavailable => "Try again later.",
        _ => null,
    };
}
