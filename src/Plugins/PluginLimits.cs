namespace Cairn.Plugins;

/// <summary>How large a plugin may be: what bounds an archive that was made to fill the disk.</summary>
public sealed record PluginLimits
{
    /// <summary>The most bytes of a package as it is downloaded or read. 256 MiB by default.</summary>
    public long PackageBytes { get; init; } = 256L << 20;

    /// <summary>The most bytes of all files together. 512 MiB by default.</summary>
    public long TotalBytes { get; init; } = 512L << 20;

    /// <summary>The most files. 4096 by default.</summary>
    public int Files { get; init; } = 4096;

    /// <summary>How many times larger than the package its files together may be, once they pass 1 MiB. 100 by default.</summary>
    public int Ratio { get; init; } = 100;
}
