using Cairn.Conformance;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.TestServers.Fixtures;

namespace Cairn.Plugins.Http.Tests;

/// <summary>A folder of its own on a real Apache: written on the disk behind its back, looked at, read and listed over HTTP.</summary>
public sealed class HttpHarness : StoreHarness
{
    private const string ReadOnly = "The store is read-only: here the local provider writes, whose own tests these are.";

    private string _folder = "", _url = "";

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["AbandonedWriteTests"] = ReadOnly,
        ["AttributesTests"] = ReadOnly,
        ["ConditionalWriteTests"] = ReadOnly,
        ["CopyTests"] = ReadOnly,
        ["DirectoryTests"] = ReadOnly,
        ["FaultedWriteTests"] = ReadOnly,
        ["ModelTests"] = ReadOnly,
        ["MoveTests"] = ReadOnly,
        ["OutOfOrderPartTests"] = ReadOnly,
        ["PresignTests"] = ReadOnly,
        ["RaceTests"] = ReadOnly,
        ["StagedTests"] = ReadOnly,
        ["TouchTests"] = ReadOnly,
        ["WriteStreamTests"] = ReadOnly,
        ["DeleteTests.Of_many_who_remove_one_file_one_is_told_that_it_was_there"] = "Apache answers 403 where a file goes while it looks at it.",
        ["RootTests.Another_container_shares_nothing"] = "The container is a host, and there is one.",
        ["NonexistentContainerTests"] = "The container is a host: one that does not exist cannot be reached at all, which the tests of errors cover.",
    };

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var server = await ApacheServer.StartAsync(cancellationToken);
        (_folder, var path) = server.MakeFolder();
        _url = $"http://{server.Endpoint.Authority}/{path}";
    }

    public override ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) =>
        new([.. Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Select(e => Path.GetRelativePath(_folder, e) + (Directory.Exists(e) ? "/" : ""))]);

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) =>
        await File.ReadAllBytesAsync(Path.Join(_folder, rawName), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => await OpenAsync(path, cancellationToken);

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => OpenAsync(default, cancellationToken);

    private async ValueTask<StoreDriver> OpenAsync(StorePath below, CancellationToken cancellationToken) => new BehindItsBack(
        await new HttpProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse(_url) / below }, cancellationToken),
        await new LocalProvider().OpenAsync(
            new StoreContext { Root = StoreUri.FromLocalPath(Path.Join(_folder, below.Value)), Options = new Dictionary<string, string> { ["durability"] = "none" } }, cancellationToken));

    /// <summary>Reads with the one driver, writes with the other, which works on the folder that the server shows.</summary>
    private sealed class BehindItsBack(StoreDriver http, StoreDriver disk) : DelegatingStoreDriver(http)
    {
        public override StoreCapabilities Capabilities =>
            base.Capabilities with { WriteModes = WriteModes.All, Move = MoveKind.CopyDelete, DeleteBatch = disk.Capabilities.DeleteBatch };

        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            new Upload(this, request, await disk.BeginUploadAsync(request.Mode.Kind == WriteModes.Match ? request with { Mode = WriteMode.Replace } : request, cancellationToken));

        public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => disk.DeleteAsync(request, cancellationToken);

        public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => disk.MakeDirectoryAsync(path, cancellationToken);

        public override StoreFault Classify(Exception exception) => base.Classify(exception) is { Code: not StoreErrorCode.Unknown } fault ? fault : disk.Classify(exception);

        public override async ValueTask DisposeAsync()
        {
            await disk.DisposeAsync();
            await base.DisposeAsync();
        }

        /// <summary>Speaks of the versions that the server shows.</summary>
        private sealed class Upload(BehindItsBack driver, UploadRequest request, StoreUpload inner) : DelegatingStoreUpload(inner)
        {
            public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
            {
                if (request.Mode.Kind == WriteModes.Match && (await driver.StatAsync(request.Path, cancellationToken))?.ETag != request.Mode.ETag)
                    throw new StoreException(StoreErrorCode.PreconditionFailed, "it has changed");
                await base.CompleteAsync(last, cancellationToken);
                return (await driver.StatAsync(request.Path, cancellationToken))!;
            }
        }
    }
}
