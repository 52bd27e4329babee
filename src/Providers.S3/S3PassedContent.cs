using System.Net;

namespace Cairn.Providers.S3;

/// <summary>The base of bodies that pass another one on: its headers and its length are the same, and it is disposed with this one.</summary>
internal abstract class S3PassedContent : HttpContent
{
    protected S3PassedContent(HttpContent inner)
    {
        Inner = inner;
        foreach (var (name, values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected HttpContent Inner { get; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var content = await CreateContentReadStreamAsync().ConfigureAwait(false);
        await content.CopyToAsync(stream).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Inner.Headers.ContentLength ?? 0;
        return Inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Inner.Dispose();
        base.Dispose(disposing);
    }
}
