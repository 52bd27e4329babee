using System.Net;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>A read-only store on a web server.</summary>
internal sealed class HttpDriver : StoreDriver
{
    private const int HeadsAtOnce = 8;

    private readonly HttpTransport _http;

    public HttpDriver(StoreUri root, HttpOptions options)
        : base(root)
    {
        _http = new(new(new($"{root.Scheme}://{root.Container}/"), options.Timeout)
        {
            Username = options.Username,
            Password = options.Password,
            Token = options.Token,
            CaFile = options.CaFile,
        });
        Capabilities = new()
        {
            WriteModes = WriteModes.None,
            List = options.Index != HttpIndex.None,
            Directories = options.Index != HttpIndex.None ? DirectoryKind.Real : DirectoryKind.None,
            Move = MoveKind.None,
        };
    }

    public override StoreCapabilities Capabilities { get; }

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        HttpReads.StatAsync(_http, path, UrlOf(path, directory: false), Capabilities.Directories != DirectoryKind.None, cancellationToken);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        HttpReads.OpenAsync(_http, request, UrlOf(request.Path, directory: false), cancellationToken);

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in DirectoryListing.ListAsync(request, DirectoryKind.Real, IndexAsync, cancellationToken).ConfigureAwait(false))
            yield return await WithFactsAsync(page, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        throw new StoreException(StoreErrorCode.Unsupported, "an http store is read-only");

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        throw new StoreException(StoreErrorCode.Unsupported, "an http store is read-only");

    public override StoreFault Classify(Exception exception) => HttpErrors.Classify(exception);

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return base.DisposeAsync();
    }

    private async ValueTask<IReadOnlyList<StoreEntry>> IndexAsync(StorePath directory, CancellationToken cancellationToken)
    {
        var url = UrlOf(directory, directory: true);
        using var response = await _http.SendAsync(HttpMethod.Get, url, null, cancellationToken).ConfigureAwait(false);
        if (response is null || response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return [];
        if (response.StatusCode == HttpStatusCode.Forbidden)
            throw new StoreException(new(StoreErrorCode.Unsupported, "the server shows no index of this directory") { Advice = "Turn its directory index on, or address files by name." });
        if (!response.IsSuccessStatusCode)
            throw HttpErrors.FromResponse(response);
        return await HttpIndexPage.ReadAsync(directory, url, response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An HTML index shows rounded sizes and no etag: the files' own heads are asked, a few at once.</summary>
    private async ValueTask<IReadOnlyList<StoreEntry>> WithFactsAsync(IReadOnlyList<StoreEntry> page, CancellationToken cancellationToken)
    {
        var facts = new StoreEntry?[page.Count];
        await Parallel.ForAsync(0, page.Count, new ParallelOptions { MaxDegreeOfParallelism = HeadsAtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            facts[i] = page[i].IsDirectory ? page[i] : await StatAsync(page[i].Path, token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. facts.OfType<StoreEntry>()];
    }

    private Uri UrlOf(StorePath path, bool directory) => HttpUrls.Of($"{Root.Scheme}://{Root.Container}", Root.Path / path, directory);
}
