using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Limits the use of a store: concurrent calls, calls per second, bytes per second.</summary>
internal sealed class ThrottleDriver : DelegatingStoreDriver
{
    private readonly SemaphoreSlim? _places;
    private readonly RateLimit? _calls;
    private readonly RateLimit? _bytes;
    private readonly TimeProvider _time;

    /// <summary>Initializes the layer.</summary>
    /// <param name="inner">The inner driver, which the layer owns.</param>
    /// <param name="options">The limits.</param>
    /// <param name="context">The clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not greater than 0.</exception>
    public ThrottleDriver(StoreDriver inner, ThrottleOptions options, LayerContext? context = null)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _time = (context ?? LayerContext.Default).TimeProvider;
        _places = options.MaxConcurrency is { } places ? new(places, places) : null;
        _calls = options.RequestsPerSecond is { } calls ? new(calls, _time) : null;
        _bytes = options.BytesPerSecond is { } bytes ? new(bytes, _time) : null;
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return await Inner.StatAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        var read = await Inner.OpenReadAsync(request, cancellationToken).ConfigureAwait(false);
        return new(read.Info, new ThrottledReadStream(read.Content, this), read);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return new ThrottledUpload(await Inner.BeginUploadAsync(request, cancellationToken).ConfigureAwait(false), this);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = Inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await NextAsync(pages, cancellationToken).ConfigureAwait(false))
                yield return pages.Current;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return await Inner.DeleteAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return await Inner.CopyAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        await Inner.MoveAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        await Inner.MakeDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return await Inner.TouchAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return await Inner.PresignAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var staged = Inner.ListStagedAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (staged.ConfigureAwait(false))
        {
            while (await NextAsync(staged, cancellationToken).ConfigureAwait(false))
                yield return staged.Current;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        await Inner.RemoveStagedAsync(staged, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the rate and a slot for one call.</summary>
    internal async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken, bool isCall = true)
    {
        var asked = _time.GetTimestamp();
        if (isCall)
            await TakeAsync(_calls, 1, cancellationToken).ConfigureAwait(false);
        if (_places is not null)
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (StoreInstruments.ThrottleWaits.Enabled)
            StoreInstruments.ThrottleWaits.Record(_time.GetElapsedTime(asked).TotalSeconds, StoreInstruments.TagsOf(Root));
        return new(_places);
    }

    /// <summary>
    /// Reserves bytes of the rate, and waits until they are due. The bytes of a read are reserved before the next read, when their number is known.
    /// </summary>
    internal ValueTask TakeBytesAsync(int bytes, CancellationToken cancellationToken) => TakeAsync(_bytes, bytes, cancellationToken);

    private async ValueTask TakeAsync(RateLimit? limit, int amount, CancellationToken cancellationToken)
    {
        if (limit is null || amount == 0)
            return;
        var wait = limit.Take(amount);
        if (wait == TimeSpan.Zero)
            return;
        try
        {
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            limit.GiveBack(amount);
            throw;
        }
    }

    private async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> enumerator, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return await enumerator.MoveNextAsync().ConfigureAwait(false);
    }

    /// <summary>A slot among the concurrent calls. It is disposed once.</summary>
    internal readonly struct Turn(SemaphoreSlim? places) : IDisposable
    {
        public void Dispose() => places?.Release();
    }
}
