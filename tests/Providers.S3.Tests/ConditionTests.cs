namespace Cairn.Providers.S3.Tests;

/// <summary>A service that passes over conditions, as its store knows by an option.</summary>
public sealed class ConditionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_conditions_nothing_is_written_under_one()
    {
        await using var recorder = new S3Recorder();
        await using var store = await recorder.OpenAsync(("conditions", "no"));
        foreach (var mode in new[] { WriteMode.CreateNew, WriteMode.Match("\"0123456789abcdef0123456789abcdef\"") })
            (await Should.ThrowAsync<ArtifactStoreException>(() => store.WriteBytesAsync("f", new byte[3], mode, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.Unsupported);
        recorder.Requests.ShouldBeEmpty();
        await store.WriteBytesAsync("f", new byte[3], WriteMode.Replace, cancellationToken: Cancel);
        recorder.Requests.ShouldHaveSingleItem();
        // What has the marker's name already stays: the recorder shows one.
        await store.MakeDirectoryAsync("d", Cancel);
        recorder.Requests.Count(static r => r.Method == "PUT").ShouldBe(1);
    }
}
