using System.Globalization;
using Cairn.Artifacts;
using Cairn.Materializers;
using Xunit;

namespace Cairn.Conformance;

public abstract partial class MaterializerTests<TMaterializerHarness>
{
    [Fact]
    public async Task A_wrong_type_is_refused_with_what_is_stored()
    {
        var materializer = Harness.Create();
        foreach (var sample in Harness.Samples)
        {
            var saved = await SaveAsync(sample);
            var error = await Assert.ThrowsAsync<MaterializationException>(() => Repository.LoadAsync(saved.Digest, typeof(NobodysType), Cancel));
            Assert.Contains(TypeNames.Of(typeof(NobodysType)), error.Message, StringComparison.Ordinal);
            Assert.Contains($"saved as {saved.Manifest.TypeName} by {materializer.Id}", error.Message, StringComparison.Ordinal);
            if (!materializer.Types.Contains(ServedType.Any))
                Assert.All(materializer.Types, type => Assert.Contains(type.ToString(), error.Message, StringComparison.Ordinal));
        }
        foreach (var (sample, wanted) in Harness.WrongTypes)
        {
            var saved = await SaveAsync(sample);
            var error = await Assert.ThrowsAsync<MaterializationException>(() => Repository.LoadAsync(saved.Digest, wanted, Cancel));
            Assert.Contains(TypeNames.Of(wanted), error.Message, StringComparison.Ordinal);
            Assert.Contains(materializer.Id, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_newer_format_version_is_refused()
    {
        var sample = Harness.Samples.First();
        var known = Harness.Create().FormatVersion;
        var forged = await ForgedArtifact.OfAsync(Repository, (await SaveAsync(sample)).Digest, Cancel);
        foreach (var version in new[] { known + 1, int.MaxValue })
        {
            forged.Config["materializer"]!["version"] = version;
            var (digest, _) = await forged.WriteAsync(Repository.Store, Cancel);
            var error = await Assert.ThrowsAsync<MaterializationException>(() => LoadAsync(sample, digest));
            Assert.Contains(version.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
            Assert.Contains($"up to version {known}", error.Message, StringComparison.Ordinal);
            Assert.Null(await Repository.PreviewAsync(digest, Cancel));
        }
    }

    [Fact]
    public async Task A_program_without_it_reads_the_files()
    {
        var stranger = new ArtifactRepository(Repository.Store, new(), StorePath.Root);
        foreach (var sample in Harness.Samples)
        {
            var saved = await SaveAsync(sample);
            var error = await Assert.ThrowsAsync<MaterializationException>(() => stranger.LoadAsync(saved.Digest, sample.LoadedAs, Cancel));
            Assert.Contains(saved.Manifest.MaterializerId, error.Message, StringComparison.Ordinal);
            Assert.Contains("OpenAsync", error.Message, StringComparison.Ordinal);
            Assert.Null(await stranger.PreviewAsync(saved.Digest, Cancel));
            await using var reader = await stranger.OpenAsync(saved.Digest, Cancel);
            foreach (var file in reader.Files)
                Assert.Equal(file.Length, (await ForgedArtifact.ReadAsync(reader, file, Cancel)).Length);
        }
    }

    [Fact]
    public async Task What_is_cancelled_before_it_begins_does_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var sample = Harness.Samples.First();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Repository.SaveAsAsync(sample.Make(), sample.Type, null, cancelled.Token));
        await foreach (var entry in Repository.Store.ListAsync("blobs", new() { Recursive = true }, Cancel))
            Assert.Fail($"A cancelled save left {entry.Path}.");
        var saved = await SaveAsync(sample);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Repository.LoadAsync(saved.Digest, sample.LoadedAs, cancelled.Token));
    }

    /// <summary>
    /// The first write cancels the token; from then on, every write that receives the token fails. A materializer that does not pass the token on writes to
    /// the end.
    /// </summary>
    [Fact]
    public async Task A_save_stops_when_it_is_cancelled()
    {
        var sample = Harness.Huge(4 << 20) ?? Harness.Samples.First();
        using var cancelling = new CancellationTokenSource();
        using var writer = new HookedWriter(given => Cancelling(cancelling, given));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Harness.Create().SaveAsync(sample.Make(), sample.Type, writer, cancelling.Token));
    }

    [Fact]
    public async Task A_load_stops_when_it_is_cancelled()
    {
        var sample = Harness.Huge(4 << 20) ?? Harness.Samples.First();
        using var cancelling = new CancellationTokenSource();
        await using var reader = new HookedReader(await Repository.OpenAsync((await SaveAsync(sample)).Digest, Cancel), given => Cancelling(cancelling, given));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Harness.ReadWholeAsync(await Harness.Create().LoadAsync(reader, sample.LoadedAs, cancelling.Token), cancelling.Token));
    }

    [Fact]
    public async Task A_failure_of_the_store_passes_as_it_is()
    {
        var failure = new StoreException(StoreErrorCode.Unavailable, "the kit fails it");
        foreach (var sample in Harness.Samples)
        {
            using var writer = new HookedWriter(_ => throw failure);
            if ((await SaveAsync(sample)).Manifest.TotalLength == 0)
                continue;
            var saving = await Assert.ThrowsAsync<StoreException>(async () => await Harness.Create().SaveAsync(sample.Make(), sample.Type, writer, Cancel));
            Assert.Same(failure, saving);
            await using var reader = new HookedReader(await Repository.OpenAsync((await SaveAsync(sample)).Digest, Cancel), _ => throw failure);
            var loading = await Assert.ThrowsAsync<StoreException>(async () => await Harness.ReadWholeAsync(await Harness.Create().LoadAsync(reader, sample.LoadedAs, Cancel), Cancel));
            Assert.Same(failure, loading);
        }
    }

    private static void Cancelling(CancellationTokenSource source, CancellationToken given)
    {
        source.Cancel();
        given.ThrowIfCancellationRequested();
    }

    /// <summary>A type that no materializer supports and that no stored value can become: JSON lacks a required member.</summary>
    private sealed class NobodysType
    {
        public required string Nobody_has_this { get; init; }
    }
}
