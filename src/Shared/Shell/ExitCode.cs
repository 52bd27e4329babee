namespace Cairn.Shell;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Cancelled = 130;

    /// <summary>The work was completed, but the reader closed standard output before the end. Same code as for SIGPIPE.</summary>
    public const int OutputClosed = 128 + 13;
}
