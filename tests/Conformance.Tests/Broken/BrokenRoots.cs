using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Roots that a driver misunderstands. The driver itself is sound, so these are no classes.</summary>
internal static class BrokenRoots
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        new("IgnoresTheRootsPath", "Opens the whole container, whatever the path of the root.", new(driver => driver, Root: root => root.WithPath(StorePath.Root)), ["RootTests"]),
        new("KeepsTheFirstSegmentOfTheRoot", "Opens only the first folder of the root's path.",
            new(driver => driver, Root: root => root.Path.Depth > 1 ? root.WithPath(root.Path.Segments[0]) : root), ["RootTests"]),
        new("SharesOneContainer", "Opens the same container for every root.", new(driver => driver, Root: root => StoreUri.Create(root.Scheme, "one", root.Path)), ["RootTests"]),
        new(nameof(JoinsTheRootAsText), "Joins the root and each path without a slash.", new(driver => driver, Below: (driver, path) => new JoinsTheRootAsText(driver, path)), ["RootTests"]),
    ];
}

/// <summary>Joins the root and each path without a slash.</summary>
internal sealed class JoinsTheRootAsText(StoreDriver inner, StorePath below) : DelegatingStoreDriver(inner, inner.Root / below)
{
    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => Inner.StatAsync(Of(path), cancellationToken);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        Inner.OpenReadAsync(request with { Path = Of(request.Path) }, cancellationToken);

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Inner.BeginUploadAsync(request with { Path = Of(request.Path) }, cancellationToken);

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = below.Value + request.Directory.Value;
        await foreach (var page in Inner.ListAsync(new ListRequest(StorePath.Root, Recursive: true) { NamePrefix = prefix }, cancellationToken))
        {
            yield return [.. page.Where(e => e.Path.Value.Length > below.Value.Length)
                .Select(e => e.At(e.Path.Value[below.Value.Length..].TrimStart('/')))];
        }
    }

    private StorePath Of(StorePath path) => below.Value + (path.IsRoot ? "" : "/" + path.Value);
}
