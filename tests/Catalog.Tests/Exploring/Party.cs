using System.Security.Cryptography;
using System.Text;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Records;
using Cairn.Materializers;
using Cairn.Providers;

namespace Catalog.Tests.Exploring;

/// <summary>One machine of a run: it stops before each request to the catalog's records until it may go on, and may die there.</summary>
internal sealed class Party
{
    private readonly Dictionary<string, string> _files;
    private readonly SemaphoreSlim _requesting = new(1);
    private TaskCompletionSource _arrived = New();
    private TaskCompletionSource _permit = New();
    private bool _isStepping;
    private string _history = "";

    private Party(Dictionary<string, string> files) => _files = files;

    public AssetCollection Assets { get; private set; } = null!;

    public ArtifactStore Store { get; private set; } = null!;

    public bool IsDead { get; private set; }

    /// <summary>The work of the party; null before it begins.</summary>
    public Task<object?>? Work { get; private set; }

    /// <summary>The request that the party makes next.</summary>
    public (string Verb, string Path) Next { get; private set; }

    public bool CanStep => Work is { IsCompleted: false } && !IsDead;

    /// <summary>What the party knows: two runs in which it has seen the same are in the same state.</summary>
    public string Knows => $"{_history}{(IsDead ? "†" : "")}{(Work is { IsCompleted: true } ? "." : "")}";

    public static async Task<Party> OpenAsync(IStoreProvider provider, int seed, Dictionary<string, string> files)
    {
        var party = new Party(files);
        var driver = await provider.OpenAsync(new() { Root = "mem://catalog", TimeProvider = new StillTime() }, default);
        var store = new ArtifactStore(new Driver(driver, party, isLocal: seed % 2 == 1), new() { TimeProvider = new StillTime() });
        var catalog = await Cairn.Catalog.Catalog.OpenAsync(
            new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = $"u:{seed}" }, new RecordId(new StillTime(), new Random(seed)), default);
        (party.Assets, party.Store) = (catalog.Assets, catalog.Repository.Store);
        return party;
    }

    /// <summary>Begins the work, up to its first request.</summary>
    public async Task BeginAsync(Func<AssetCollection, Task<object?>> work)
    {
        _isStepping = true;
        Work = RunAsync();
        await Task.WhenAny(Work, _arrived.Task);

        async Task<object?> RunAsync()
        {
            await Task.Yield();
            try
            {
                return await work(Assets);
            }
            catch (StoreException e)
            {
                return e;
            }
        }
    }

    /// <summary>Lets the party make its next request and go on to the one after it.</summary>
    public async Task StepAsync()
    {
        _arrived = New();
        var permit = _permit;
        _permit = New();
        permit.SetResult();
        await Task.WhenAny(Work!, _arrived.Task);
    }

    /// <summary>Kills the party before its next request.</summary>
    public async Task DieAsync()
    {
        IsDead = true;
        _permit.TrySetResult();
        await Work!;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<T> RequestAsync<T>(string verb, StorePath path, Func<ValueTask<T>> request)
    {
        // The feed is published in the background, and no scenario reads it.
        if (!path.Value.StartsWith("artifacts/catalog/", StringComparison.Ordinal) || path.Value.StartsWith("artifacts/catalog/feed", StringComparison.Ordinal))
            return await request();
        if (!_isStepping)
        {
            var before = await request();
            if (before is not null)
                _files[path.Value] = "";
            return before;
        }
        // Requests that are made at once go out one after the other.
        await _requesting.WaitAsync();
        try
        {
            return await NextAsync(verb, path, request);
        }
        finally
        {
            _requesting.Release();
        }
    }

    private async Task<T> NextAsync<T>(string verb, StorePath path, Func<ValueTask<T>> request)
    {
        if (IsDead)
            throw new StoreException(StoreErrorCode.PermissionDenied, "the machine is dead");
        Next = (verb, path.Value);
        // Taken before the arrival is known, since the permit is replaced when it is given.
        var permit = _permit.Task;
        _arrived.TrySetResult();
        await permit;
        if (IsDead)
            throw new StoreException(StoreErrorCode.PermissionDenied, "the machine is dead");
        var result = "ok";
        try
        {
            var answer = await request();
            if (verb == "write")
                _files[path.Value] = Hash(_history);
            if (answer is null)
                result = "nothing";
            return answer;
        }
        catch (StoreException e)
        {
            result = e.Code.ToString();
            throw;
        }
        finally
        {
            _history = Hash($"{_history}|{verb}|{path}|{result}");
        }
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Half of the machines have a store of their own files, of which they ask whether they exist before they open them.</summary>
    private sealed class Driver(StoreDriver inner, Party party, bool isLocal) : DelegatingStoreDriver(inner)
    {
        public override string? GetLocalPath(StorePath path) => isLocal ? $"/{path}" : null;

        public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
            await party.RequestAsync("stat", path, () => Inner.StatAsync(path, cancellationToken));

        public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
            await party.RequestAsync("read", request.Path, () => Inner.OpenReadAsync(request, cancellationToken));

        public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var pages = await party.RequestAsync("list", request.Directory, async () =>
            {
                var all = new List<IReadOnlyList<StoreEntry>>();
                await foreach (var page in Inner.ListAsync(request, cancellationToken))
                    all.Add(page);
                return all;
            });
            foreach (var page in pages)
                yield return page;
        }

        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            new Upload(await Inner.BeginUploadAsync(request with { Mode = WriteMode.Replace }, cancellationToken), party, request, Inner);
    }

    /// <summary>The whole write is one request: the condition is checked when the party goes on.</summary>
    private sealed class Upload(StoreUpload begun, Party party, UploadRequest request, StoreDriver driver) : DelegatingStoreUpload(begun)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) => await party.RequestAsync("write", request.Path, async () =>
        {
            await using var upload = await driver.BeginUploadAsync(request, cancellationToken);
            return await upload.CompleteAsync(last, cancellationToken);
        });
    }
}
