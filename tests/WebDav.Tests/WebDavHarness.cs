using Cairn.Conformance;
using Cairn.Providers;
using Cairn.TestServers.Fixtures;

namespace Cairn.Plugins.WebDav.Tests;

/// <summary>A folder of its own on a real Apache.</summary>
public class WebDavHarness : StoreHarness
{
    private string _folder = "", _address = "";

    /// <summary>A folder of the server that asks for an account, or none.</summary>
    protected virtual string Below => "";

    /// <summary>The options to open it with.</summary>
    protected virtual IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string>();

    public override string? Address => _address;

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["RaceTests.Readers_among_writers_see_whole_versions_only"] =
            "Apache looks at a file before it opens it: a GET among writers can carry the old version's length and etag with the new one's bytes.",
        ["MoveTests.A_made_directory_is_still_made_after_the_move"] =
            "A tree moves by a copy of its files, and a listing does not tell which directories were made by themselves: the copy's count as made by writes.",
        ["RootTests.Another_container_shares_nothing"] = "The container is a host, and there is one.",
        ["NonexistentContainerTests"] = "The container is a host: one that does not exist cannot be reached at all, which the tests of errors cover.",
    };

    public override ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        _address = address;
        return ValueTask.CompletedTask;
    }

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var server = await ApacheServer.StartAsync(cancellationToken);
        (_folder, var path) = server.MakeFolder(Below);
        _address = $"dav://{server.Endpoint.Authority}/{path}";
    }

    /// <summary>Without what is Apache's own: its properties, and bodies that it is still to throw away.</summary>
    public override ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) =>
        new([.. System.IO.Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories)
            .Select(e => Path.GetRelativePath(_folder, e) + (System.IO.Directory.Exists(e) ? "/" : ""))
            .Where(e => !e.Split('/').Any(s => s == ".DAV" || s.StartsWith(".davfs.tmp", StringComparison.Ordinal)))]);

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) =>
        await File.ReadAllBytesAsync(Path.Join(_folder, rawName), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_folder.Length > 0)
            System.IO.Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => await OpenAsync(StoreUri.Parse(_address) / path, cancellationToken);

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => OpenAsync(StoreUri.Parse(_address), cancellationToken);

    private ValueTask<StoreDriver> OpenAsync(StoreUri root, CancellationToken cancellationToken) =>
        new WebDavProvider().OpenAsync(new StoreContext { Root = root, Options = Options }, cancellationToken);
}

/// <summary>The same below a folder that asks for Basic authentication.</summary>
public sealed class BasicHarness : WebDavHarness
{
    public override IReadOnlyList<string> Secrets { get; } = ["cairn-password", Convert.ToBase64String("cairn:cairn-password"u8)];

    protected override string Below => "basic";

    protected override IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string> { ["username"] = "cairn", ["password"] = "cairn-password" };
}

/// <summary>The same below a folder that asks for Digest authentication.</summary>
public sealed class DigestHarness : WebDavHarness
{
    public override IReadOnlyList<string> Secrets { get; } = ["cairn-password"];

    protected override string Below => "digest";

    protected override IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string> { ["username"] = "cairn", ["password"] = "cairn-password", ["auth"] = "digest" };
}
