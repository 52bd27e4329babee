namespace Cairn.Flows.Progress;

/// <summary>How progress is shown.</summary>
internal enum ProgressStyle
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A line when the run begins, and one for each step that has ended.</summary>
    Lines,

    /// <summary>A line for each step, which are drawn again while the run goes on.</summary>
    Terminal,
}
