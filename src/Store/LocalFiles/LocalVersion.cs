using Cairn.Errors;
using Microsoft.Win32.SafeHandles;

namespace Cairn.LocalFiles;

/// <summary>Reads a local file in one version: a program that writes it in place changes its length or its time.</summary>
internal static class LocalVersion
{
    /// <summary>Runs a delegate that reads a file sequentially.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="name">The name of the file, for the error.</param>
    /// <param name="before">The metadata of the file when it was opened.</param>
    /// <param name="read">Reads the file.</param>
    /// <param name="cancellationToken">Cancels the read; its cancellation is not wrapped.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the file changed in between, so the content may be from two
    /// versions.</exception>
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
        new(new StoreFault(StoreErrorCode.PreconditionFailed, $"'{ErrorText.Escape(name)}' changed while it was read") { Advice = "Try again when no program writes it." }, cause);
}
