namespace Cairn.Catalog;

/// <summary>When a save creates a version.</summary>
public enum SaveMode
{
    /// <summary>Only if the artifact or the metadata differs from those of the newest version, or the newest version is deleted.</summary>
    IfChanged,

    /// <summary>Always.</summary>
    Always,
}
