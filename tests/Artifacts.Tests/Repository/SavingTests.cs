using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Tests.Drivers;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Artifacts;

/// <summary>What a save writes, and what it does not.</summary>
public sealed class SavingTests : IDisposable
{
    private const int Large = 5 << 20;
    private readonly TempFolder _folder = new();

    public static TheoryData<bool> Stores => Stage.Both;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task An_unchanged_large_object_is_not_written_again(bool local)
    {
        var (driver, store) = await OpenAsync(local);
        await using var closing = store;
        var numbers = Enumerable.Range(0, Large / 8).Select(i => Math.Sqrt(i)).ToArray();
        var file = _folder["file.bin"];
        File.WriteAllBytes(file, Bytes.Of(Large + 1, 4));
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        var saved = await SaveAllKindsAsync(repository);
        driver.Parts.Sum(p => (long)p.Length).ShouldBeGreaterThan(5 * Large);

        foreach (var again in new[] { repository, new ArtifactRepository(store, MaterializerRegistry.CreateDefault()) })
        {
            driver.Parts.Clear();
            (await SaveAllKindsAsync(again)).ShouldBe(saved);
            driver.Parts.Sum(p => p.Length).ShouldBeLessThan(10_000, "manifests alone");
        }
        numbers[^1]++;
        driver.Parts.Clear();
        var changed = await repository.SaveAsync(numbers);
        driver.Parts.Sum(p => (long)p.Length).ShouldBeGreaterThan(Large);
        (await repository.LoadAsync<double[]>(changed.Digest)).ShouldBe(numbers);
        (await repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(0);

        async Task<string[]> SaveAllKindsAsync(ArtifactRepository to)
        {
            using var stream = new MemoryStream(Bytes.Of(Large + 2, 5)) { Position = 1 };
            Artifact[] all =
            [
                await to.SaveAsync(numbers), await to.SaveAsync(new float[700, 1900]), await to.SaveAsync(new Memory<short>(new short[Large / 2 + 5], 3, Large / 2)),
                await to.SaveAsync(new FileInfo(file)), await to.SaveAsync<Stream>(stream), await to.SaveAsync(Bytes.Of(Large, 9)),
            ];
            return [.. all.Select(a => a.ToString())];
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Content_that_changes_between_its_two_readings_is_never_stored_under_a_wrong_digest(bool local)
    {
        var (_, store) = await OpenAsync(local);
        await using var closing = store;
        var repository = new ArtifactRepository(store, new MaterializerRegistry().Add(new Changing()));
        if (local)
            await repository.SaveAsync(new Version(1, 0));
        try
        {
            var saved = await repository.SaveAsync(new Version(2, 0));
            local.ShouldBeTrue();
            saved.Manifest.Files.Single().Length.ShouldBe(Large);
        }
        catch (StoreException e)
        {
            local.ShouldBeFalse();
            e.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        }
        (await repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Many_objects_are_saved_at_once_in_their_order(bool local)
    {
        await using var stage = await Stage.OpenAsync(local);
        var bundles = Enumerable.Range(0, 300).Select(i => Bundle.Of(("a", Bytes.Of(100, i)), ("b", Bytes.Of(5000, i / 2)))).ToList();
        var saved = await stage.Repository.SaveAllAsync(bundles);
        saved.Count.ShouldBe(300);
        for (var i = 0; i < saved.Count; i += 37)
            (await stage.Repository.LoadAsync<Bundle>(saved[i].Digest)).ShouldEqual(bundles[i]);
        (await stage.CountAsync("blobs")).ShouldBe(450, "300 manifests, 150 blobs that two share");
        (await stage.CountAsync("staging")).ShouldBe(0);
        (await stage.Repository.SaveAllAsync(bundles)).Select(a => a.Digest).ShouldBe(saved.Select(a => a.Digest));
        (await stage.Repository.SaveAllAsync(Array.Empty<Bundle>())).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_failure_ends_a_batch_and_what_was_saved_stays()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var bad = new Bundle(null!);
        await Should.ThrowAsync<MaterializationException>(() => stage.Repository.SaveAllAsync([Bundle.Of(("a", [1])), bad, Bundle.Of(("a", [2]))]));
        (await stage.Repository.VerifyAllAsync().CountAsync(c => !c.IsIntact)).ShouldBe(0);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => stage.Repository.SaveAllAsync([Bundle.Of(("a", [1]))], null, cancelled.Token));
    }

    [Fact]
    public async Task Many_small_files_that_are_there_are_found_by_one_listing()
    {
        var (driver, store) = await OpenAsync(local: false);
        await using var closing = store;
        var repository = new ArtifactRepository(store, new MaterializerRegistry().Add(new BundleMaterializer()));
        var bundle = Bundle.Of([.. Enumerable.Range(0, 900).Select(i => ($"f{i:d4}", Bytes.Of(3000, i)))]);
        var first = await repository.SaveAsync(bundle);
        driver.Parts.Clear();
        driver.Listed.Clear();
        (await repository.SaveAsync(bundle)).Digest.ShouldBe(first.Digest);
        driver.Listed.Count.ShouldBe(1);
        driver.Parts.Count.ShouldBeLessThanOrEqualTo(256);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A store that counts what is written to it.</summary>
    private async Task<(RemoteDriver Driver, ArtifactStore Store)> OpenAsync(bool local)
    {
        if (!local)
        {
            var remote = await RemoteDriver.OpenAsync();
            remote.Driver.Declare = c => c with { Move = MoveKind.CopyDelete };
            (remote.Driver.PartSize, remote.Driver.MaxRead) = (1 << 20, 1 << 20);
            return remote;
        }
        var inner = await new LocalProvider().OpenAsync(new StoreContext { Root = StoreUri.FromLocalPath(_folder["store"]) }, default);
        var driver = new RemoteDriver(inner) { Seekable = true, AnyPartSize = true, PartSize = 1 << 20, MaxParts = 2 };
        return (driver, new ArtifactStore(driver));
    }

    /// <summary>Writes something else each time it is asked.</summary>
    private sealed class Changing : Materializer<Version>
    {
        private int _calls;

        public override string Id => "changing";

        public override string MediaType => "a/b";

        protected override ValueTask SaveAsync(Version value, ArtifactWriter writer, CancellationToken cancellationToken) =>
            writer.WriteRepeatableAsync("x", Large, (stream, stopping) => stream.WriteAsync(Bytes.Of(Large, _calls++), stopping), null, cancellationToken);

        protected override ValueTask<Version> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
