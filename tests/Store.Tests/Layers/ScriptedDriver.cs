using System.Runtime.CompilerServices;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Layers;

/// <summary>A memory store that counts its calls and fails where told: before a call (it did nothing) or after it (its answer is lost).</summary>
public sealed class ScriptedDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly Lock _gate = new();

    public List<string> Calls { get; } = [];

    /// <summary>Called before each call with its name; what it throws is the call's failure.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after each call that succeeded; what it throws replaces the answer.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public Func<StoreCapabilities, StoreCapabilities> Declares { get; init; } = c => c;

    public Func<Stream, Stream> Content { get; set; } = s => s;

    public Func<StoreEntry, StoreEntry> Facts { get; set; } = i => i;

    public override StoreCapabilities Capabilities => Declares(Inner.Capabilities);

    public static ScriptedDriver OverMemory(TimeProvider? time = null) => new(Memory(time));

    public static StoreDriver Memory(TimeProvider? time = null)
    {
        var opening = new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://box"), TimeProvider = time ?? TimeProvider.System }, default);
        return opening.GetAwaiter().GetResult();
    }

    public int Count(string name) => Calls.Count(c => c == name);

    /// <summary>Fails the first <paramref name="times"/> calls of this name.</summary>
    public void Fail(string name, int times, Func<Exception> error) => Before = Failing(name, times, error);

    /// <summary>Loses the answers of the first <paramref name="times"/> calls of this name.</summary>
    public void Lose(string name, int times, Func<Exception> error) => After = Failing(name, times, error);

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        await Run("stat", async () => await Inner.StatAsync(path, cancellationToken) is { } info ? Facts(info) : null);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => Run("read", async () =>
    {
        var read = await Inner.OpenReadAsync(request, cancellationToken);
        return new StoreRead(Facts(read.Info), Content(read.Content), read);
    });

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Run("begin", async () => (StoreUpload)new Upload(await Inner.BeginUploadAsync(request, cancellationToken), this));

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Run("list", () => Task.FromResult(true));
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
        {
            foreach (var entry in page)
            {
                yield return [Facts(entry)];
                await Run("page", () => Task.FromResult(true));
            }
        }
    }

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        Run("delete", () => Inner.DeleteAsync(request, cancellationToken).AsTask());

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => Run("copy", () => Inner.CopyAsync(request, cancellationToken).AsTask());

    public override async ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => await Run("move", async () =>
    {
        await Inner.MoveAsync(request, cancellationToken);
        return true;
    });

    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => await Run("mkdir", async () =>
    {
        await Inner.MakeDirectoryAsync(path, cancellationToken);
        return true;
    });

    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) =>
        Run("touch", () => Inner.TouchAsync(path, cancellationToken).AsTask());

    private static Func<string, Task> Failing(string name, int times, Func<Exception> error)
    {
        var left = times;
        return called => called == name && Interlocked.Decrement(ref left) >= 0 ? throw error() : Task.CompletedTask;
    }

    private async ValueTask<T> Run<T>(string name, Func<Task<T>> call)
    {
        lock (_gate)
            Calls.Add(name);
        await Before(name);
        var result = await call();
        await After(name);
        return result;
    }

    private sealed class Upload(StoreUpload inner, ScriptedDriver owner) : DelegatingStoreUpload(inner)
    {
        private StoreEntry? _done;

        public override int GetPartSize(int number) => 8;

        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) => await owner.Run("part", async () =>
        {
            await Inner.WritePartAsync(part, cancellationToken);
            return true;
        });

        // Like a service that has no memory of what it answered: a repeated conditional completion is refused.
        public override ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken) => owner.Run("complete", async () =>
            _done is null
                ? _done = await Inner.CompleteAsync(last, cancellationToken)
                : throw new StoreException(StoreErrorCode.AlreadyExists, "it exists already"));
    }
}

internal static class DriverExtensions
{
    public static async Task<StoreEntry> PutAsync(this StoreDriver driver, StorePath path, byte[] content, WriteMode? mode = null)
    {
        await using var upload = await driver.BeginUploadAsync(new(path, mode ?? WriteMode.Replace), default);
        return await upload.CompleteAsync(new(0, 0, content), default);
    }

    public static async Task<byte[]> GetAsync(this StoreDriver driver, StorePath path, int buffer = 100_000)
    {
        await using var read = await driver.OpenReadAsync(new(path), default);
        using var all = new MemoryStream();
        await read.Content.CopyToAsync(all, buffer);
        return all.ToArray();
    }

    public static async Task<List<string>> NamesAsync(this StoreDriver driver)
    {
        List<string> names = [];
        await foreach (var page in driver.ListAsync(new(default, true), default))
            names.AddRange(page.Select(e => e.OrderKey));
        return names;
    }
}
