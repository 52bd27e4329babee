namespace Cairn.Providers.Local.Platform;

/// <summary>A volume on which everything that was written can be brought to the device at once.</summary>
internal abstract class LocalVolume : IDisposable
{
    /// <summary>Which device it is.</summary>
    public abstract ulong Device { get; }

    /// <summary>Brings all that was written to the volume before to the device.</summary>
    /// <exception cref="IOException">Something that was written after this volume was opened, or after the flush before, was lost; whose it was is not known.</exception>
    public abstract void Flush();

    /// <inheritdoc/>
    public abstract void Dispose();
}
