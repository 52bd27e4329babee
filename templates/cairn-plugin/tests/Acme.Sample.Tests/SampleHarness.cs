using Cairn;
using Cairn.Conformance;
using Cairn.Providers;

namespace Acme.Sample.Tests;

/// <summary>Gives the suites access to a new, empty storage.</summary>
public sealed class SampleHarness : StoreHarness
{
    private string _folder = Path.Join(Path.GetTempPath(), "sample-" + Guid.NewGuid().ToString("N"));
    private bool _attached;

    public override string Address => _folder;

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["NonexistentContainerTests"] = "A box is created with its first file, so no container can be missing.",
    };

    public override ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        (_folder, _attached) = (address, true);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => await OpenAsync(Root / path, cancellationToken);

    public override async ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) =>
        await OpenAsync(StoreUri.Parse($"sample://{Root.Container}-elsewhere"), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        if (!_attached && Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => OpenAsync(Root, cancellationToken);

    private StoreUri Root => StoreUri.Parse($"sample://{Path.GetFileName(_folder)}");

    private ValueTask<StoreDriver> OpenAsync(StoreUri root, CancellationToken cancellationToken) =>
        new SampleProvider().OpenAsync(new() { Root = root, Options = new Dictionary<string, string> { ["folder"] = _folder } }, cancellationToken);
}
