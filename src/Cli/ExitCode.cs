namespace Cairn.Cli;

/// <summary>What the process answers.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Cancelled = 130;

    /// <summary>Everything was done, and nobody read to the end what was said of it: what SIGPIPE gives.</summary>
    public const int OutputClosed = 128 + 13;
}
