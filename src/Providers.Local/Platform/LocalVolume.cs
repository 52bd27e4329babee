namespace Cairn.Providers.Local.Platform;

/// <summary>A volume whose written data can be flushed as a whole.</summary>
internal abstract class LocalVolume : IDisposable
{
    /// <summary>Gets the device.</summary>
    public abstract ulong Device { get; }

    /// <summary>Flushes all data written to the volume to the device.</summary>
    /// <exception cref="IOException">Data that was written after this volume was opened, or after the previous flush, was lost. It is unknown to which file
    /// it belongs.</exception>
    public abstract void Flush();

    /// <inheritdoc/>
    public abstract void Dispose();
}
