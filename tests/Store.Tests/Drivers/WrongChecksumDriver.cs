using Cairn.Providers;

namespace Cairn.Tests.Drivers;

/// <summary>Promises another CRC-32C than the content has.</summary>
internal sealed class WrongChecksumDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        return new(new() { Path = read.Info.Path, Length = read.Info.Length, ETag = read.Info.ETag, Checksum = Checksum.FromCrc32C(1) }, read.Content, read);
    }
}
