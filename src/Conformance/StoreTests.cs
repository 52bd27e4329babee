using System.Runtime.CompilerServices;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Base class of all suites: creates a harness and a store on its storage for each test.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class StoreTests<THarness> : IAsyncLifetime
    where THarness : StoreHarness, new()
{
    private readonly List<IAsyncDisposable> _opened = [];
    private IDisposable? _place;
    private THarness? _harness;
    private ArtifactStore? _store;

    /// <summary>Gets whether this is a full run (<c>CAIRN_FULL=1</c>) in which long tests are not shortened.</summary>
    protected static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    /// <summary>Gets the token that is cancelled at the end of the test run.</summary>
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Gets the harness of this test.</summary>
    protected THarness Harness => _harness ?? throw new InvalidOperationException("The test has not been initialized.");

    /// <summary>Gets a store on the storage of the harness.</summary>
    protected ArtifactStore Store => _store ?? throw new InvalidOperationException("The test has not been initialized.");

    /// <summary>Gets the declared capabilities of the store.</summary>
    protected StoreCapabilities Can => Store.Capabilities;

    /// <summary>Gets whether the test measures the process and must run alone. Default: false.</summary>
    protected virtual bool RunsAlone => false;

    /// <summary>Skips the test if the harness skips it; otherwise, starts the storage and opens the store.</summary>
    public virtual async ValueTask InitializeAsync()
    {
        _harness = new THarness();
        SkipIfNamed();
        _place = await TestGate.EnterAsync(RunsAlone, Cancel);
        try
        {
            await _harness.StartAsync(Cancel);
            _store = await OpenStoreAsync();
        }
        catch
        {
            _place.Dispose();
            throw;
        }
    }

    /// <summary>Disposes the objects that the test has opened, and then the harness.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            for (var i = _opened.Count - 1; i >= 0; i--)
                await _opened[i].DisposeAsync();
            if (_harness is not null)
                await _harness.DisposeAsync();
        }
        finally
        {
            _place?.Dispose();
        }
    }

    /// <summary>Returns the name of a suite as used in <see cref="StoreHarness.Skips"/>, from the suite or a derived class.</summary>
    internal static string SuiteName(Type type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (t.Assembly == typeof(StoreHarness).Assembly)
                return t.Name.Split('`')[0];
        }
        return type.Name;
    }

    /// <summary>
    /// Skips the test at run time. Use it only if another test asserts the opposite case, or if the harness does not provide the prerequisite.
    /// </summary>
    protected static void Needs(bool available, string reason) => Assert.SkipUnless(available, reason);

    /// <summary>Runs an action that must fail with a store error of this code.</summary>
    /// <returns>The error.</returns>
    protected static Task<StoreException> FailsAsync(StoreErrorCode code, Func<Task> act, [CallerArgumentExpression(nameof(act))] string what = "") =>
        Expect.CodeAsync([code], act, what);

    /// <summary>Returns bytes that are equal for the same seed, differ between seeds, and have no short period.</summary>
    protected static byte[] Content(int length, int seed = 1) => Pattern.Bytes(length, seed);

    /// <summary>Opens another store with a separate driver on the same storage. It is disposed with the test.</summary>
    protected async Task<ArtifactStore> OpenStoreAsync(ArtifactStoreOptions? options = null)
    {
        var store = new ArtifactStore(await Harness.OpenDriverAsync(Cancel), options);
        _opened.Add(store);
        return store;
    }

    /// <summary>Opens a driver without a façade on the same storage. It is disposed with the test.</summary>
    protected async Task<StoreDriver> OpenDriverAsync()
    {
        var driver = await Harness.OpenDriverAsync(Cancel);
        _opened.Add(driver);
        return driver;
    }

    /// <summary>Writes a file through the façade.</summary>
    protected async Task<StoreEntry> PutAsync(StorePath path, ReadOnlyMemory<byte> content, WriteMode? mode = null)
    {
        await using var stream = await Store.OpenWriteAsync(path, mode ?? WriteMode.Replace, cancellationToken: Cancel);
        await stream.WriteAsync(content, Cancel);
        return await stream.CompleteAsync(Cancel);
    }

    /// <summary>Writes a file with a <see cref="Pattern"/> of any length through the façade, in chunks.</summary>
    protected async Task<StoreEntry> PutPatternAsync(StorePath path, long length, int seed, int chunk = 1 << 20, WriteMode? mode = null, OpenWriteOptions? options = null)
    {
        await using var stream = await Store.OpenWriteAsync(path, mode ?? WriteMode.Replace, options, Cancel);
        var buffer = new byte[chunk];
        for (long at = 0; at < length; at += chunk)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(chunk, length - at));
            Pattern.Fill(part.Span, seed, at);
            await stream.WriteAsync(part, Cancel);
        }
        return await stream.CompleteAsync(Cancel);
    }

    /// <summary>Asserts that a file contains a <see cref="Pattern"/> of this length, reading it in chunks.</summary>
    protected async Task HoldsPatternAsync(StorePath path, long length, int seed, int chunk = 1 << 20)
    {
        await using var stream = await Store.OpenReadAsync(path, cancellationToken: Cancel);
        Assert.Equal(length, stream.Length);
        var buffer = new byte[chunk];
        long at = 0;
        for (int read; (read = await stream.ReadAsync(buffer, Cancel)) > 0; at += read)
        {
            if (Pattern.FirstDifference(buffer.AsSpan(0, read), seed, at) is var bad and >= 0)
                Assert.Fail($"{path} differs from what was written at byte {at + bad} of {length}.");
        }
        Assert.Equal(length, at);
    }

    /// <summary>Returns the sizes of the first parts that the driver requests, by beginning and abandoning an upload.</summary>
    protected async Task<int[]> PartSizesAsync(int count)
    {
        await using var upload = await (await OpenDriverAsync()).BeginUploadAsync(new UploadRequest("part-sizes", WriteMode.Replace), Cancel);
        return [.. Enumerable.Range(0, count).Select(upload.GetPartSize)];
    }

    /// <summary>Reads a whole file through the façade.</summary>
    protected Task<byte[]> GetAsync(StorePath path) => GetAsync(Store, path);

    /// <summary>Reads a whole file through a store.</summary>
    protected static async Task<byte[]> GetAsync(ArtifactStore store, StorePath path, OpenReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using var stream = await store.OpenReadAsync(path, options, Cancel);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, Cancel);
        return buffer.ToArray();
    }

    /// <summary>Lists a whole directory through the façade.</summary>
    protected async Task<List<StoreEntry>> ListAsync(StorePath directory = default, ListOptions? options = null)
    {
        var entries = new List<StoreEntry>();
        await foreach (var entry in Store.ListAsync(directory, options, Cancel))
            entries.Add(entry);
        return entries;
    }

    /// <summary>Asserts that nothing is staged, as far as the store and the harness can determine, and that the backend contains exactly these names; real
    /// directories are ignored.</summary>
    protected async Task HoldsOnlyAsync(params string[] rawNames)
    {
        if (Can.Staged)
        {
            var driver = await OpenDriverAsync();
            await foreach (var staged in driver.ListStagedAsync(Cancel))
                Assert.Fail($"An upload is still staged: {staged}");
        }
        if (await RawNamesAsync() is { } names)
            Assert.Equal(rawNames.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        else if (Can.List)
            Assert.Equal(rawNames.Order(Utf8Order.Comparer), (await ListAsync(options: new ListOptions { Recursive = true })).Select(e => e.OrderKey));
    }

    /// <summary>Returns the raw names of files and markers, without real directories; null if the harness cannot inspect the backend.</summary>
    protected async Task<IReadOnlyList<string>?> RawNamesAsync()
    {
        var names = await Harness.RawNamesAsync(Cancel);
        return Can.Directories == DirectoryKind.Real ? names?.Where(n => !n.EndsWith('/')).ToList() : names;
    }

    private void SkipIfNamed()
    {
        var suite = SuiteName(GetType());
        var test = $"{suite}.{TestContext.Current.TestMethod?.MethodName}";
        if (Harness.Skips.TryGetValue(suite, out var reason) || Harness.Skips.TryGetValue(test, out reason))
            Assert.Skip(reason);
    }
}
