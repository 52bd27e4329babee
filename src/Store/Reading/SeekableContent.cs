using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>Content that can seek: used as it is, so bytes go from the driver to the caller's memory without a copy.</summary>
internal sealed class SeekableContent(PinnedFile file, StoreRead read, long start) : ReadContent
{
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            Seek(offset);
            return Checked(await read.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (file.IsRaw(e, cancellationToken))
        {
            throw file.Wrap(e);
        }
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        try
        {
            Seek(offset);
            return Checked(read.Content.Read(buffer));
        }
        catch (Exception e) when (file.IsRaw(e, CancellationToken.None))
        {
            throw file.Wrap(e);
        }
    }

    public override ValueTask DisposeAsync() => read.DisposeAsync();

    private void Seek(long offset)
    {
        if (read.Content.Position != start + offset)
            read.Content.Position = start + offset;
    }

    private int Checked(int count) => count > 0 ? count : throw file.Changed();
}
