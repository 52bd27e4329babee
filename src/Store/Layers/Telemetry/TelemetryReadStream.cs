namespace Cairn.Layers;

/// <summary>Content that counts its bytes and ends its operation when it is disposed, or when a read fails.</summary>
internal sealed class TelemetryReadStream(Stream inner, StoreOperation operation) : DelegatingReadStream(inner)
{
    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = Inner.Read(buffer);
            operation.Received(read);
            return read;
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            operation.Received(read);
            return read;
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    protected override void OnDisposing() => operation.Succeed();
}
