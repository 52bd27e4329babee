namespace Cairn.Catalog;

/// <summary>The kind of a step.</summary>
public enum StepKind
{
    /// <summary>A step of one task.</summary>
    Step,

    /// <summary>A step of one task for each item.</summary>
    ForEach,

    /// <summary>A step of one task, which reads the tasks that ran side by side before it.</summary>
    Join,
}
