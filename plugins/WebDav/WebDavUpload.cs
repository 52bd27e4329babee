using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>
/// A write: one PUT, whose end comes under a lock after a look at the condition. The server publishes when it has the whole body; a broken one leaves the old content.
/// </summary>
internal sealed class WebDavUpload(WebDavDriver driver, UploadRequest request) : StoreUpload
{
    private PutBody? _body;
    private Task<PutOutcome>? _put;
    private CancellationTokenSource? _abort;
    private long _sent;
    private bool _begun;
    private StoreEntry? _published;

    public override bool AcceptsAnyPartSize => true;

    public override int GetPartSize(int number) => 1 << 20;

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        // A part that has been sent stays sent; there is no second way to write into a body.
        if (part.Offset < _sent)
            return;
        _begun = true;
        if (_put is null)
            await driver.PrepareParentAsync(request.Path, cancellationToken).ConfigureAwait(false);
        var patience = driver.NewPatience();
        while (!await TrySendAsync(part.Data, cancellationToken).ConfigureAwait(false))
        {
            await AbortAsync().ConfigureAwait(false);
            await patience.WaitAsync("other writers have held the lock on its directory", cancellationToken).ConfigureAwait(false);
        }
        _sent = part.Offset + part.Data.Length;
    }

    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_published is not null)
            return _published;
        _begun = true;
        if (!last.Data.IsEmpty && _put is not null)
            await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
        var patience = driver.NewPatience();
        while (true)
        {
            var outcome = await TryPublishAsync(last, cancellationToken).ConfigureAwait(false);
            if (outcome == PutOutcome.Written)
                return _published!;
            if (_put is not null)
                throw new StoreException(StoreErrorCode.Unavailable, outcome == PutOutcome.Locked ? "another program holds a lock on it" : "its directory was removed while it was written");
            if (outcome == PutOutcome.NoParent)
                await driver.PrepareParentAsync(request.Path, cancellationToken).ConfigureAwait(false);
            await patience.WaitAsync("other programs have held locks on it, or removed its directory,", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Under the lock: looks at the condition, sends what is left, looks at the result.</summary>
    private async ValueTask<PutOutcome> TryPublishAsync(UploadPart last, CancellationToken cancellationToken)
    {
        var held = await driver.LockForWriteAsync(request.Path, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            if (request.Mode.Kind != WriteModes.Replace)
                await driver.CheckAsync(request.Path, request.Mode, cancellationToken).ConfigureAwait(false);
            PutOutcome outcome;
            if (_put is null)
            {
                using var content = new ReadOnlyMemoryContent(last.Data);
                outcome = await driver.Client.PutAsync(driver.Client.Keys.FileUrl(request.Path), content, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                _body!.End();
                outcome = await _put.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            if (outcome == PutOutcome.Written)
            {
                _published = await driver.Client.StatAsync(request.Path, cancellationToken).ConfigureAwait(false)
                    ?? throw new StoreException(StoreErrorCode.Unavailable, "the server took the file and does not show it");
            }
            else
            {
                // A directory in the way gives the same answer as a missing parent.
                await driver.CheckAsync(request.Path, request.Mode, cancellationToken).ConfigureAwait(false);
            }
            return outcome;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await AbortAsync().ConfigureAwait(false);
        // A directory that was made for this file alone goes with it, at the latest when the next removal meets it.
        if (_begun && _published is null)
            await ((Task)driver.PruneAsync(request.Path.Parent, CancellationToken.None).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends a piece, beginning the request with the first.</summary>
    /// <returns>False when the server would not take the body because of a lock; nothing of it was sent.</returns>
    private async ValueTask<bool> TrySendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var first = _put is null;
        if (first)
        {
            _abort = new();
            _body = new();
            _put = driver.Client.PutAsync(driver.Client.Keys.FileUrl(request.Path), _body, _abort.Token).AsTask();
        }
        var taken = _body!.SendAsync(data, cancellationToken);
        if (await Task.WhenAny(taken, _put!).ConfigureAwait(false) == taken)
        {
            await taken.ConfigureAwait(false);
            return true;
        }
        // The server's answer before the end is the error, not the pipe that broke with it.
        return await _put!.ConfigureAwait(false) switch
        {
            PutOutcome.Locked when first => false,
            PutOutcome.NoParent => throw new StoreException(StoreErrorCode.Unavailable, "its directory was removed while it was written"),
            _ => throw new StoreException(StoreErrorCode.Unavailable, "the server answered before it had the whole file"),
        };
    }

    private async ValueTask AbortAsync()
    {
        if (_put is { IsCompleted: false })
        {
            await _abort!.CancelAsync().ConfigureAwait(false);
            await ((Task)_put).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _abort?.Dispose();
        (_abort, _put) = (null, null);
    }
}
