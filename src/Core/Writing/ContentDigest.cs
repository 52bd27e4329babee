using System.Security.Cryptography;

namespace Cairn.Writing;

/// <summary>Digests bytes that are written in order, on another thread while they are also being sent.</summary>
/// <remarks>One caller at a time. <see cref="Append"/> returns a task that ends when the bytes are no longer needed.</remarks>
internal sealed class ContentDigest : IDisposable
{
    /// <summary>Below this, handing the work to another thread costs more than it saves.</summary>
    private const int WorthAThread = 64 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task _last = Task.CompletedTask;

    /// <summary>Digests the next bytes after those of earlier calls. The memory must stay as it is until the task ends.</summary>
    public Task Append(ReadOnlyMemory<byte> data)
    {
        if (data.Length < WorthAThread && _last.IsCompletedSuccessfully)
        {
            _hash.AppendData(data.Span);
            return Task.CompletedTask;
        }
        return _last = AppendAfterAsync(_last, data);
    }

    /// <summary>The digest of all bytes, once every earlier task has ended.</summary>
    public async ValueTask<Checksum> FinishAsync()
    {
        await _last.ConfigureAwait(false);
        return Checksum.FromBytes(Checksum.Sha256, _hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private async Task AppendAfterAsync(Task previous, ReadOnlyMemory<byte> data)
    {
        await Task.Yield();
        await previous.ConfigureAwait(false);
        _hash.AppendData(data.Span);
    }
}
