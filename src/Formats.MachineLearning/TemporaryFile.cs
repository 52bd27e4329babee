namespace Cairn.Formats.MachineLearning;

/// <summary>Files of the system's temporary folder, for the user alone, which go when they are closed.</summary>
internal static class TemporaryFile
{
    /// <summary>A new file that can be written, read and moved about in.</summary>
    public static FileStream Create()
    {
        // The name is taken for the user alone, and then opened so that it goes with the stream.
        var path = Path.GetTempFileName();
        try
        {
            return new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 128 << 10, FileOptions.DeleteOnClose);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>A copy of a file of an artifact, whose bytes are checked, at its start.</summary>
    public static async ValueTask<FileStream> CopyAsync(Materializers.ArtifactReader reader, StorePath name, CancellationToken cancellationToken)
    {
        var source = await reader.OpenAsync(name, cancellationToken).ConfigureAwait(false);
        await using var reading = source.ConfigureAwait(false);
        var copy = Create();
        try
        {
            await source.CopyToAsync(copy, 1 << 20, cancellationToken).ConfigureAwait(false);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
