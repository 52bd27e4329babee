using Cairn.Materializers;

namespace Cairn.Conformance;

/// <summary>A reader whose streams call a hook before each read.</summary>
internal sealed class HookedReader(ArtifactReader inner, Action<CancellationToken> hook) : ArtifactReader
{
    public override IReadOnlyList<ArtifactFile> Files => inner.Files;

    public override string MaterializerId => inner.MaterializerId;

    public override int FormatVersion => inner.FormatVersion;

    public override IReadOnlyDictionary<string, string> Facts => inner.Facts;

    public override async ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) =>
        new HookedStream(await inner.OpenAsync(name, cancellationToken), hook);

    public override async ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) =>
        new HookedStream(await inner.OpenDetachedAsync(name, cancellationToken), hook);

    public override async ValueTask<Stream> OpenRangeAsync(StorePath name, ByteRange range, CancellationToken cancellationToken = default) =>
        new HookedStream(await inner.OpenRangeAsync(name, range, cancellationToken), hook);

    public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default)
    {
        hook(cancellationToken);
        return inner.GetLocalFileAsync(name, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
