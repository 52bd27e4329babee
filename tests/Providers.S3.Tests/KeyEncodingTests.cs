namespace Cairn.Providers.S3.Tests;

/// <summary>Keys that XML cannot write are listed, since listings ask for the encoding of URLs.</summary>
public sealed class KeyEncodingTests : IAsyncDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string? _bucket;

    public async ValueTask DisposeAsync()
    {
        if (_bucket is not null)
            await S3Backend.RemoveBucketAsync(_bucket);
    }

    [Fact]
    public async Task Every_character_of_a_key_comes_back_from_a_listing()
    {
        _bucket = await S3Backend.NewBucketAsync();
        await using var store = new ArtifactStore(await S3Backend.OpenAsync(StoreUri.Create("s3", _bucket, "a+b %2B"), S3Backend.Options(await S3Backend.ServerAsync())));
        string[] names = ["d/\u0001", "d/a b", "d/a%20b", "d/a+b", "d/ü", "d/\uFFFE", "d/\uFFFF"];
        foreach (var name in names)
            await store.WriteTextAsync(name, name, WriteMode.CreateNew, cancellationToken: Cancel);
        (await store.ListAsync(options: new() { Recursive = true }, cancellationToken: Cancel).Select(static e => e.Path.Value).ToListAsync(Cancel)).ShouldBe(names);
        (await store.ListAsync(cancellationToken: Cancel).Select(static e => e.OrderKey).ToListAsync(Cancel)).ShouldBe(["d/"]);
        // The tests' own client cannot list them.
        (await store.RemoveTreeAsync("d", Cancel)).ShouldBe(7);
    }

    [Fact]
    public async Task A_signature_for_a_content_type_holds_for_no_other()
    {
        _bucket = await S3Backend.NewBucketAsync();
        await using var store = new ArtifactStore(await S3Backend.OpenAsync(StoreUri.Create("s3", _bucket, default), S3Backend.Options(await S3Backend.ServerAsync())));
        var url = await store.PresignWriteAsync("f", TimeSpan.FromMinutes(5), "image/png", Cancel);
        using var http = new HttpClient();
        foreach (var (type, status) in new[] { ("text/plain", 403), ("image/png", 200) })
        {
            using var body = new ByteArrayContent([1, 2, 3]);
            body.Headers.ContentType = new(type);
            ((int)(await http.PutAsync(url, body, Cancel)).StatusCode).ShouldBe(status, type);
        }
        (await store.StatAsync("f", Cancel)).ContentType.ShouldBe("image/png");
    }

    [Fact]
    public async Task A_signature_of_more_than_seven_days_is_refused()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync();
        (await store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromDays(7), Cancel)).Query.ShouldContain("AWS4-HMAC-SHA256");
        (await Should.ThrowAsync<StoreException>(() => store.PresignAsync("f", PresignAccess.Read, TimeSpan.FromDays(7.01), Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
    }
}
