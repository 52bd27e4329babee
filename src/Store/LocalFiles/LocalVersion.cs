using Cairn.Errors;
using Microsoft.Win32.SafeHandles;

namespace Cairn.LocalFiles;

/// <summary>Reads a local file in one version: another program that writes it in place changes its length or its time.</summary>
internal static class LocalVersion
{
    /// <summary>Runs what reads a file from its first to its last byte.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="name">Its name, for the error.</param>
    /// <param name="before">What it was when it was opened.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="cancellationToken">Whose cancellation passes as it is.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/> when the file changed in between, so that what was read may be of two versions.</exception>
    public static async ValueTask RequireOneAsync(SafeFileHandle file, string name, LocalFileFacts before, Func<ValueTask> read, CancellationToken cancellationToken)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && LocalFile.FactsOf(file).IsChangedSince(before))
        {
            throw Changed(name, e);
        }
        if (LocalFile.FactsOf(file).IsChangedSince(before))
            throw Changed(name, null);
    }

    public static StoreException Changed(string name, Exception? cause) =>
        new(new StoreFault(StoreErrorCode.PreconditionFailed, $"'{ErrorText.Escape(name)}' changed while it was read") { Advice = "Try again when nobody writes it." }, cause);
}
