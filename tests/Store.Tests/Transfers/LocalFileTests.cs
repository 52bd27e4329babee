using Cairn.Artifacts;
using Cairn.Tests.Drivers;
using Cairn.Transfers;

namespace Cairn.Tests.Transfers;

public sealed class LocalFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData(40_000_000)]
    public async Task Up_and_down_again(int length)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        (driver.PartSize, driver.MaxRead) = (4 << 20, 1 << 20);
        var content = Bytes.Of(length);
        File.WriteAllBytes(Local("a"), content);
        var progress = new List<TransferProgress>();
        (await store.UploadFileAsync(Local("a"), "x", WriteMode.CreateNew, new() { ContentType = "a/b" }, new Recorder(progress))).ContentType.ShouldBe("a/b");
        progress[^1].Bytes.ShouldBe(length);
        progress[^1].TotalBytes.ShouldBe(length);
        driver.Opened.Clear();
        (await store.DownloadFileAsync("x", Local("b"), WriteMode.CreateNew, new Recorder(progress))).Length.ShouldBe(length);
        progress[^1].Bytes.ShouldBe(length);
        File.ReadAllBytes(Local("b")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        driver.Opened.Count.ShouldBe(Math.Max(1, (length + (16 << 20) - 1) / (16 << 20)));
        driver.Opened.Skip(1).ShouldAllBe(r => r.IfMatch != null);
        Directory.GetFileSystemEntries(_folder).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-100)]
    public async Task A_file_that_changes_while_it_is_uploaded_is_not_stored(int longer)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.PartSize = 1 << 20;
        File.WriteAllBytes(Local("a"), Bytes.Of(8 << 20));
        driver.OnPart = (part, _) =>
        {
            if (part.Number != 0)
                return Task.CompletedTask;
            using var file = new FileStream(Local("a"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Write(new byte[100]);
            file.SetLength(file.Length + longer);
            return Task.CompletedTask;
        };
        (await Should.ThrowAsync<StoreException>(() => store.UploadFileAsync(Local("a"), "x", WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        var artifacts = new ArtifactRepository(store, Cairn.Materializers.MaterializerRegistry.CreateDefault());
        var error = await Should.ThrowAsync<StoreException>(() => artifacts.SaveAsync(new FileInfo(Local("a"))));
        error.Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        error.Message.ShouldContain("changed while it was read");
        (await store.ExistsAsync("x")).ShouldBeFalse();
        (await artifacts.Store.ListAsync("blobs", new() { Recursive = true }).Where(f => f.IsFile).CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_is_uploaded_from_where_it_is()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        using var source = new MemoryStream(Bytes.Of(5000)) { Position = 100 };
        (await store.UploadAsync("s", source, WriteMode.CreateNew, new() { ContentType = "a/b" })).Length.ShouldBe(4900);
        (await store.ReadBytesAsync("s")).ShouldBe(Bytes.Of(5000)[100..]);
        source.CanRead.ShouldBeTrue();
        source.Position = 0;
        (await Should.ThrowAsync<StoreException>(() => store.UploadAsync("s", source, WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task A_failed_download_leaves_the_old_file_and_nothing_else()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteBytesAsync("x", Bytes.Of(5000), WriteMode.CreateNew);
        File.WriteAllText(Local("b"), "old");
        driver.BreakAfter = _ => 10;
        driver.MaxRead = 1;
        driver.Declare = c => c;
        await using (var broken = new ArtifactStore(new OnceOnlyDriver(driver)))
        {
            (await Should.ThrowAsync<StoreException>(() => broken.DownloadFileAsync("x", Local("b"), WriteMode.Replace))).Code.ShouldBe(StoreErrorCode.PermissionDenied);
            File.ReadAllText(Local("b")).ShouldBe("old");
            Directory.GetFileSystemEntries(_folder).Length.ShouldBe(1);

            // The failure of the store is told, although the target came meanwhile, too.
            File.Delete(Local("b"));
            driver.OnRead = _ => File.WriteAllTextAsync(Local("b"), "the other's");
            (await Should.ThrowAsync<StoreException>(() => broken.DownloadFileAsync("x", Local("b"), WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.PermissionDenied);
            File.ReadAllText(Local("b")).ShouldBe("the other's");
        }
        Directory.GetFileSystemEntries(_folder).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(40_000_000)]
    public async Task A_download_is_checked_against_the_checksum_that_the_store_keeps(int length)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        (driver.PartSize, driver.MaxRead) = (4 << 20, 1 << 20);
        await store.WriteBytesAsync("x", Bytes.Of(length), WriteMode.CreateNew);
        await using var damaged = new ArtifactStore(new WrongChecksumDriver(driver));
        var error = await Should.ThrowAsync<StoreException>(() => damaged.DownloadFileAsync("x", Local("b"), WriteMode.CreateNew));
        error.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        Directory.GetFileSystemEntries(_folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_comes_during_a_download_is_not_overwritten()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("x", "new", WriteMode.CreateNew);
        driver.OnRead = _ => File.WriteAllTextAsync(Local("b"), "the other's");
        var error = await Should.ThrowAsync<StoreException>(() => store.DownloadFileAsync("x", Local("b"), WriteMode.CreateNew));
        error.Code.ShouldBe(StoreErrorCode.AlreadyExists);
        error.Message.ShouldContain($"'{Local("b")}' already exists");
        File.ReadAllText(Local("b")).ShouldBe("the other's");
        Directory.GetFileSystemEntries(_folder).Length.ShouldBe(1);
    }

    [Fact]
    public async Task The_mode_of_a_download_holds()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("x", "new", WriteMode.CreateNew);
        File.WriteAllText(Local("b"), "old");
        (await Should.ThrowAsync<StoreException>(() => store.DownloadFileAsync("x", Local("b"), WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        File.ReadAllText(Local("b")).ShouldBe("old");
        await store.DownloadFileAsync("x", Local("b"), WriteMode.Replace);
        File.ReadAllText(Local("b")).ShouldBe("new");
        await Should.ThrowAsync<ArgumentException>(() => store.DownloadFileAsync("x", Local("b"), WriteMode.Match("e")));
        (await Should.ThrowAsync<StoreException>(() => store.DownloadFileAsync("missing", Local("c"), WriteMode.Replace))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => store.DownloadFileAsync("x", Local("no/folder"), WriteMode.Replace))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => store.UploadFileAsync(Local("missing"), "y", WriteMode.Replace))).Code.ShouldBe(StoreErrorCode.NotFound);
        Directory.GetFileSystemEntries(_folder).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_download_that_cannot_be_reads_nothing_and_leaves_nothing()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("x", "new", WriteMode.CreateNew);
        Directory.CreateDirectory(Local("d/in"));
        (await Should.ThrowAsync<StoreException>(() => store.DownloadFileAsync("x", Local("d"), WriteMode.CreateNew))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        driver.Opened.ShouldBeEmpty();
        var error = await Should.ThrowAsync<StoreException>(() => store.DownloadFileAsync("x", Local("d"), WriteMode.Replace));
        error.Operation.ShouldBe("download");
        error.Code.ShouldNotBe(StoreErrorCode.AlreadyExists);
        error.Message.ShouldContain(Local("d"));
        driver.Opened.ShouldHaveSingleItem();
        Directory.GetFileSystemEntries(_folder).ShouldBe([Local("d")]);
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => store.DownloadFileAsync("x", Local("b"), WriteMode.CreateNew));
    }

    [Fact]
    public async Task A_folder_goes_up_and_down_with_its_empty_folders()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        Directory.CreateDirectory(Local("s/d/empty"));
        File.WriteAllText(Local("s/a b#.txt"), "1");
        File.WriteAllText(Local("s/d/%41"), "22");
        (await store.UploadDirectoryAsync(Local("s"), "t")).ShouldBe(new TransferResult(2, 3, 1));
        (await CopyMoveTests.Names(store)).ShouldBe(["t/a b#.txt", "t/d/%41", "t/d/empty/"]);
        (await store.DownloadDirectoryAsync("t", Local("r"))).ShouldBe(new TransferResult(2, 3, 1));
        File.ReadAllText(Local("r/d/%41")).ShouldBe("22");
        Directory.Exists(Local("r/d/empty")).ShouldBeTrue();
        (await store.DownloadDirectoryAsync("t", Local("q"), new() { Include = ["*.txt"] })).Files.ShouldBe(1);
        Directory.GetFileSystemEntries(Local("q")).Length.ShouldBe(1);
        (await Should.ThrowAsync<StoreException>(() => store.DownloadDirectoryAsync("missing", Local("z")))).Code.ShouldBe(StoreErrorCode.NotFound);
        (await Should.ThrowAsync<StoreException>(() => store.UploadDirectoryAsync(Local("missing"), "z"))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Fact]
    public async Task No_object_name_leads_out_of_the_folder()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Symbolic links need a privilege on Windows.");
        var (_, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "t/out/f", "t/\\..\\..\\x", "t/C:\\x", "t/...", "t/~/x" })
            await store.WriteTextAsync(path, "hostile", WriteMode.CreateNew);
        Directory.CreateDirectory(Local("outside"));
        Directory.CreateDirectory(Local("r"));
        Directory.CreateSymbolicLink(Local("r/out"), Local("outside"));
        (await Should.ThrowAsync<StoreException>(() => store.DownloadDirectoryAsync("t", Local("r")))).Code.ShouldBe(StoreErrorCode.PathConflict);
        Directory.GetFileSystemEntries(Local("outside")).ShouldBeEmpty();
        (await store.DownloadDirectoryAsync("t", Local("r"), new() { Exclude = ["out/**"] })).Files.ShouldBe(4);
        Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order().ShouldBe(["outside", "r"]);
        File.ReadAllText(Local("r/\\..\\..\\x")).ShouldBe("hostile");
    }

    [Fact]
    public async Task A_link_to_a_folder_is_not_followed_and_not_skipped_silently()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Symbolic links need a privilege on Windows.");
        var (_, store) = await RemoteDriver.OpenAsync();
        Directory.CreateDirectory(Local("s"));
        File.WriteAllText(Local("s/real"), "x");
        File.CreateSymbolicLink(Local("s/file"), Local("s/real"));
        (await store.UploadDirectoryAsync(Local("s"), "t")).ShouldBe(new TransferResult(2, 2, 0));
        Directory.CreateSymbolicLink(Local("s/loop"), Local("s"));
        (await Should.ThrowAsync<StoreException>(() => store.UploadDirectoryAsync(Local("s"), "u"))).Code.ShouldBe(StoreErrorCode.PathConflict);
        (await store.UploadDirectoryAsync(Local("s"), "v", new() { Exclude = ["loop"] })).Files.ShouldBe(2);
    }

    [Fact]
    public async Task A_local_copy_is_there_for_the_call_only()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("d/data.csv", "1,2", WriteMode.CreateNew);
        string? seen = null;
        (await store.UseLocalFileAsync("d/data.csv", async (file, token) =>
        {
            seen = file;
            Path.GetFileName(file).ShouldBe("data.csv");
            var text = await File.ReadAllTextAsync(file, token);
            await File.AppendAllTextAsync(file, "changed", token);
            return text;
        })).ShouldBe("1,2");
        Directory.Exists(Path.GetDirectoryName(seen)).ShouldBeFalse();
        await Should.ThrowAsync<FormatException>(() => store.UseLocalFileAsync("d/data.csv", (file, _) =>
        {
            seen = file;
            throw new FormatException();
        }));
        Directory.Exists(Path.GetDirectoryName(seen)).ShouldBeFalse();
        (await store.ReadTextAsync("d/data.csv")).ShouldBe("1,2");
    }

    [Fact]
    public async Task A_local_file_is_created_and_uploaded_or_neither()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        string? seen = null;
        await store.CreateFromLocalFileAsync("x.db", WriteMode.CreateNew, (file, token) => File.WriteAllTextAsync(seen = file, "made", token));
        File.Exists(seen).ShouldBeFalse();
        (await store.ReadTextAsync("x.db")).ShouldBe("made");
        await Should.ThrowAsync<FormatException>(() => store.CreateFromLocalFileAsync("y.db", WriteMode.CreateNew, (file, _) =>
        {
            File.WriteAllText(seen = file, "half");
            throw new FormatException();
        }));
        Directory.Exists(Path.GetDirectoryName(seen)).ShouldBeFalse();
        (await store.ExistsAsync("y.db")).ShouldBeFalse();
        (await Should.ThrowAsync<StoreException>(() => store.CreateFromLocalFileAsync("z", WriteMode.CreateNew, (_, _) => Task.CompletedTask)))
            .Code.ShouldBe(StoreErrorCode.NotFound);
    }

    private string Local(string name) => Path.Join(_folder, name);

    /// <summary>Lets no broken read resume.</summary>
    private sealed class OnceOnlyDriver(Cairn.Providers.StoreDriver inner) : Cairn.Providers.DelegatingStoreDriver(inner)
    {
        public override StoreFault Classify(Exception exception) => new(StoreErrorCode.PermissionDenied, "no more");
    }

    private sealed class Recorder(List<TransferProgress> reports) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => reports.Add(value);
    }
}
