using System.Runtime.CompilerServices;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Conformance.Tests;

/// <summary>What is put over a store in memory.</summary>
/// <param name="Apply">Puts it over a driver.</param>
/// <param name="Prefix">Where the storage then shows what the store holds.</param>
/// <param name="Root">Which root a driver understands when it is asked for one; null for the one that it is asked for.</param>
/// <param name="Below">A driver on a path below the root of another; null for what the provider opens there.</param>
internal sealed record Decoration(
    Func<StoreDriver, StoreDriver> Apply, StorePath Prefix = default, Func<StoreUri, StoreUri>? Root = null, Func<StoreDriver, StorePath, StoreDriver>? Below = null)
{
    /// <summary>Nothing: the store in memory itself.</summary>
    public static Decoration None { get; } = new(driver => driver);
}

/// <summary>A store in memory with the decoration that is current where the harness is made.</summary>
public sealed class DecoratedHarness : StoreHarness
{
    private static readonly AsyncLocal<Decoration?> CurrentDecoration = new();
    private readonly MemoryProvider _provider = new();
    private readonly StoreUri _root = StoreUri.Parse($"mem://kit-{Guid.NewGuid():N}");
    private readonly Decoration _decoration = CurrentDecoration.Value ?? Decoration.None;

    internal static Decoration Current
    {
        set => CurrentDecoration.Value = value;
    }

    public override bool HoldsContentInProcess => true;

    public override async ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) =>
        _decoration.Apply(new MissingContainer(await ConnectAsync(cancellationToken)));

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => _decoration.Below is { } below
        ? below(await OpenDriverAsync(cancellationToken), path)
        : Decorate(await ConnectAsync(_root / path, cancellationToken));

    public override async ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) =>
        Decorate(await ConnectAsync(StoreUri.Create("mem", _root.Container + "-elsewhere", _root.Path), cancellationToken));

    public override async ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken)
    {
        await using var driver = await ConnectAsync(cancellationToken);
        var names = new List<string>();
        await foreach (var page in driver.ListAsync(new ListRequest(_decoration.Prefix, Recursive: true), cancellationToken))
            names.AddRange(page.Select(e => e.At(e.Path.RelativeTo(_decoration.Prefix)).OrderKey));
        return names;
    }

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken)
    {
        await using var driver = await ConnectAsync(cancellationToken);
        if (rawName.EndsWith('/'))
            return [];
        await using var read = await driver.OpenReadAsync(new ReadRequest(_decoration.Prefix / rawName), cancellationToken);
        var content = new MemoryStream();
        await read.Content.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => ConnectAsync(_root, cancellationToken);

    protected override StoreDriver Decorate(StoreDriver driver) => _decoration.Apply(driver);

    /// <summary>Says that it serves the root that was asked for, whichever it serves.</summary>
    private async ValueTask<StoreDriver> ConnectAsync(StoreUri root, CancellationToken cancellationToken)
    {
        var understood = _decoration.Root?.Invoke(root) ?? root;
        var driver = await _provider.OpenAsync(new StoreContext { Root = understood }, cancellationToken);
        return understood == root ? driver : new Renamed(driver, root);
    }

    private sealed class Renamed(StoreDriver inner, StoreUri root) : DelegatingStoreDriver(inner, root);
}

/// <summary>A store whose container does not exist: a sound driver's answers to that.</summary>
internal sealed class MissingContainer(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private static StoreException Missing => new(StoreErrorCode.NotFound, "the container does not exist");

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => throw Missing;

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => throw Missing;

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw Missing;

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await ValueTask.FromException<IReadOnlyList<StoreEntry>>(Missing);
    }

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => throw Missing;

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => throw Missing;

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => throw Missing;

    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => throw Missing;

    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => throw Missing;
}
