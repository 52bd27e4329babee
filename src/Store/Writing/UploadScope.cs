using Cairn.Engine;
using Cairn.Providers;
using Microsoft.Extensions.Logging;

namespace Cairn.Writing;

/// <summary>Disposes an upload without hiding an exception in progress: exceptions of the driver are logged.</summary>
internal sealed partial class UploadScope(StoreCore store, StorePath path, StoreUpload upload) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        try
        {
            await upload.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotReleased(store.Options.LoggerFactory.CreateLogger(StoreCore.Name), e, store.GetUri(path));
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The upload of {Uri} could not be released; something may remain staged.")]
    private static partial void LogNotReleased(ILogger logger, Exception exception, StoreUri uri);
}
