namespace Cairn.Transfers;

/// <summary>The version of a local file that is read: another program that writes it in place changes its length or its time.</summary>
internal readonly record struct LocalVersion(long Length, DateTime Modified)
{
    /// <summary>The version of an open file as it is now.</summary>
    public static LocalVersion Of(FileStream file) => new(RandomAccess.GetLength(file.SafeFileHandle), File.GetLastWriteTimeUtc(file.SafeFileHandle));

    /// <summary>Runs what reads a file from its first to its last byte.</summary>
    /// <exception cref="ArtifactStoreException"><see cref="StoreErrorCode.PreconditionFailed"/> when the file changed in between, so that what was read may be of two versions.</exception>
    public static async ValueTask RequireOneAsync(FileStream file, Func<ValueTask> read, CancellationToken cancellationToken)
    {
        var before = Of(file);
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && Of(file) != before)
        {
            throw Changed(file, e);
        }
        if (Of(file) != before)
            throw Changed(file, null);
    }

    private static ArtifactStoreException Changed(FileStream file, Exception? cause) =>
        new(new StoreFault(StoreErrorCode.PreconditionFailed, $"'{ArtifactPath.ForMessage(file.Name)}' changed while it was read") { Advice = "Try again when nobody writes it." }, cause);
}
