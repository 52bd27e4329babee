using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests the guarantees of every materializer: values are loaded as they were saved, damaged and invalid content is refused, cancellation works, and stored
/// text never selects a type.
/// </summary>
/// <typeparam name="TMaterializerHarness">The harness of the materializer.</typeparam>
public abstract partial class MaterializerTests<TMaterializerHarness> : IAsyncLifetime
    where TMaterializerHarness : MaterializerHarness, new()
{
    private ArtifactStore? _store;
    private ArtifactRepository? _repository;

    /// <summary>Gets whether this is a full run (<c>CAIRN_FULL=1</c>) in which long tests are not shortened.</summary>
    protected static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    /// <summary>Gets the token that is cancelled at the end of the test run.</summary>
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Gets the harness of this test.</summary>
    protected TMaterializerHarness Harness { get; } = new();

    /// <summary>Gets an empty repository in memory that contains only this materializer.</summary>
    protected ArtifactRepository Repository => _repository ?? throw new InvalidOperationException("The test has not been initialized.");

    /// <summary>Skips the test if the harness skips it; otherwise, creates the repository.</summary>
    public virtual async ValueTask InitializeAsync()
    {
        if (Harness.Skips.TryGetValue(TestContext.Current.TestMethod?.MethodName ?? "", out var reason))
            Assert.Skip(reason);
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://kit", cancellationToken: Cancel);
        _repository = NewRepository(Harness.Create());
    }

    /// <summary>Removes the repository.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
            await _store.DisposeAsync();
        await Harness.DisposeAsync();
    }

    [Xunit.Fact]
    public void It_says_what_it_is_and_serves_its_samples()
    {
        var materializer = Harness.Create();
        var registry = new MaterializerRegistry().Add(materializer);
        Assert.False(string.IsNullOrEmpty(materializer.MediaType), "It has no media type.");
        Assert.True(materializer.MediaType.Contains('/', StringComparison.Ordinal), $"'{materializer.MediaType}' is not a media type.");
        Assert.NotEmpty(Harness.Samples);
        foreach (var sample in Harness.Samples.Concat(Harness.Empty))
        {
            Assert.Same(materializer, registry.Resolve(sample.Type));
            Assert.Same(materializer, registry.Resolve(sample.LoadedAs));
        }
        if (materializer.DefaultType is { } type)
            Assert.Same(materializer, registry.Resolve(type));
    }

    [Xunit.Fact]
    public void Every_skip_names_a_test_and_a_reason()
    {
        foreach (var (name, reason) in Harness.Skips)
        {
            Assert.False(string.IsNullOrWhiteSpace(reason), $"The skip of {name} has no reason.");
            Assert.True(typeof(MaterializerTests<TMaterializerHarness>).GetMethod(name)?.IsDefined(typeof(Xunit.FactAttribute), true) == true, $"The test {name}, which is in Skips, does not exist.");
        }
    }

    [Fact]
    public async Task A_value_comes_back_equal()
    {
        foreach (var sample in Harness.Samples)
            await ComesBackAsync(sample, (await SaveAsync(sample)).Digest);
    }

    [Fact]
    public async Task Nothing_comes_back_as_nothing()
    {
        Assert.NotEmpty(Harness.Empty);
        foreach (var sample in Harness.Empty)
            await ComesBackAsync(sample, (await SaveAsync(sample)).Digest);
    }

    [Fact]
    public async Task A_huge_value_comes_back_equal()
    {
        var length = Full ? 256 << 20 : 8 << 20;
        var sample = Harness.Huge(length);
        Assert.NotNull(sample);
        var saved = await SaveAsync(sample);
        Assert.True(saved.Manifest.TotalLength >= length / 2, $"{length} bytes were requested, but its files have {saved.Manifest.TotalLength}.");
        await ComesBackAsync(sample, saved.Digest);
    }

    [Fact]
    public async Task Equal_values_give_equal_artifacts()
    {
        foreach (var sample in Harness.Samples.Concat(Harness.Empty))
        {
            var first = await SaveAsync(sample);
            var again = await NewRepository(Harness.Create()).SaveAsAsync(sample.Make(), sample.Type, cancellationToken: Cancel);
            Assert.True(first.Digest == again.Digest, $"{sample}: saved twice, its digests are {first.Digest} and {again.Digest}.");
        }
    }

    [Fact]
    public async Task Many_callers_at_once_do_not_meet()
    {
        var samples = Harness.Samples.ToList();
        await Parallel.ForEachAsync(Enumerable.Range(0, 8 * samples.Count), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (i, _) =>
        {
            var sample = samples[i % samples.Count];
            await ComesBackAsync(sample, (await SaveAsync(sample)).Digest);
        });
    }

    [Fact]
    public async Task Facts_and_previews_are_given_for_every_value()
    {
        foreach (var sample in Harness.Samples.Concat(Harness.Empty))
        {
            var saved = await SaveAsync(sample);
            Assert.All(saved.Manifest.Facts, f => Assert.NotNull(f.Value));
            if (await Repository.PreviewAsync(saved.Digest, Cancel) is not { } preview)
                continue;
            Assert.NotEmpty(preview.MediaType);
            Assert.True(preview.Text is not null || preview.Columns is not null || !preview.Image.IsEmpty, $"{sample}: its preview is empty.");
            Assert.All(preview.Rows, row => Assert.Equal(preview.Columns!.Count, row.Count));
        }
    }

    /// <summary>Creates a repository with a materializer on the same store.</summary>
    protected ArtifactRepository NewRepository(Materializer materializer) => new(_store!, new MaterializerRegistry().Add(materializer));

    /// <summary>Saves a sample.</summary>
    protected async Task<Artifact> SaveAsync(MaterializerSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return await Repository.SaveAsAsync(sample.Make(), sample.Type, cancellationToken: Cancel);
    }

    /// <summary>Loads a sample and reads it completely.</summary>
    protected Task<object> LoadAsync(MaterializerSample sample, BlobDigest digest)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return Harness.LoadAsync(Repository, digest, sample.LoadedAs, Cancel);
    }

    /// <summary>Asserts that an artifact contains a sample.</summary>
    protected async Task ComesBackAsync(MaterializerSample sample, BlobDigest digest)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var loaded = await LoadAsync(sample, digest);
        Harness.AssertEqual(await Harness.ReadWholeAsync(sample.Make(), Cancel), loaded);
    }
}
