namespace Cairn.Plugins;

/// <summary>Size limits of a plugin. They protect against archives that are designed to fill the disk.</summary>
public sealed record PluginLimits
{
    /// <summary>Gets the maximum length of a package in bytes. Default: 256 MiB.</summary>
    public long PackageBytes { get; init; } = 256L << 20;

    /// <summary>Gets the maximum total length of all files in bytes. Default: 512 MiB.</summary>
    public long TotalBytes { get; init; } = 512L << 20;

    /// <summary>Gets the maximum number of files. Default: 4096.</summary>
    public int Files { get; init; } = 4096;

    /// <summary>Gets the maximum ratio of the total length of the files to the length of the package, which applies above 1 MiB. Default: 100.</summary>
    public int Ratio { get; init; } = 100;
}
