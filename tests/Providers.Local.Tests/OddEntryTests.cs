using System.Runtime.InteropServices;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

/// <summary>What other programs leave in a directory, and names that are the provider's own.</summary>
public sealed class OddEntryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pipes_are_neither_listed_nor_opened_and_a_path_of_one_is_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes a pipe of Linux.");
        await using var store = new LocalTestStore();
        await store.PutAsync("file", "x");
        Program.Run("mkfifo", store.Real("pipe"));

        (await store.KeysAsync()).ShouldBe(["file"]);
        (await store.Driver.StatAsync("pipe", Cancel)).ShouldBeNull();
        (await store.CodeOfAsync(() => store.TextAsync("pipe"))).ShouldBe(StoreErrorCode.NotFound);
        (await store.CodeOfAsync(() => store.PutAsync("pipe", "x"))).ShouldBe(StoreErrorCode.PathConflict);
        (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest("pipe", "p", WriteMode.CreateNew), Cancel).AsTask())).ShouldBe(StoreErrorCode.NotFound);
        (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest("file", "pipe", WriteMode.Replace), Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_that_is_not_UTF8_is_left_out_and_told(bool usesHandles)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems hold text only.");
        await using var store = new LocalTestStore(platform: new LocalPlatform(usesHandles, WindowsNames: false));
        await store.PutAsync("d/file", "x");
        Program.Run("sh", "-c", $"printf x > '{store.Real("d")}'/\"$(printf 'caf\\351')\"");

        (await store.KeysAsync()).ShouldBe(["d/", "d/file"]);
        var told = new List<UnlistedEntry>();
        await foreach (var page in store.Driver.ListAsync(new ListRequest(StorePath.Root, Recursive: true) { Unlisted = told.Add }, Cancel))
            page.Count.ShouldBe(2);
        var left = told.ShouldHaveSingleItem();
        left.Kind.ShouldBe(UnlistedKind.Unnameable);
        left.Name.ShouldBe(usesHandles ? @"caf\xe9" : @"caf\xef\xbf\xbd");
        ((StoreException)left.Reason).Code.ShouldBe(StoreErrorCode.PathConflict);
        (await store.TextAsync("d/file")).ShouldBe("x");
        (await store.KeysAsync(recursive: false)).ShouldBe(["d/"]);
        Program.Run("rm", "-r", store.Real("d"));
    }

    [Fact]
    public async Task Reserved_names_are_refused_for_writing_and_hold_nothing_for_reading()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("d/file", "x");
        File.WriteAllText(store.Real("d/.cairn-tmp-0123456789abcdef-x"), "staged");
        foreach (var path in new[] { "d/.cairn-tmp-0123456789abcdef-x", ".cairn-tmp-", "a/.cairn-tmp-b/c", ".cairn-dir", ".cairn-dir/x" })
        {
            (await store.CodeOfAsync(() => store.PutAsync(path, "x"))).ShouldBe(StoreErrorCode.PathConflict, path);
            (await store.CodeOfAsync(() => store.Driver.MakeDirectoryAsync(path, Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict, path);
            (await store.CodeOfAsync(() => store.Driver.CopyAsync(new CopyRequest("d/file", path, WriteMode.Replace), Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict, path);
            (await store.Driver.StatAsync(path, Cancel)).ShouldBeNull(path);
            (await store.CodeOfAsync(() => store.TextAsync(path))).ShouldBe(StoreErrorCode.NotFound, path);
            (await store.DeleteAsync(path)).Outcome.ShouldBe(DeleteOutcome.Missing, path);
        }
        (await store.KeysAsync()).ShouldBe(["d/", "d/file"]);
        foreach (var id in new[] { "d/file", "../x", "", "d/.cairn-dir" })
            (await store.CodeOfAsync(() => store.Driver.RemoveStagedAsync(new StagedUpload(id, null, default, null), Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict, id);
    }

    [Fact]
    public async Task Names_of_Windows_rules_are_refused_where_they_rule()
    {
        await using var store = new LocalTestStore(platform: LocalPlatform.Current with { WindowsNames = true });
        foreach (var path in new[] { "a:b", "a\\b", "CON", "nul.txt", "a.", "a ", "dir /x", "a*", "a?", "com1/x", "a|b", "a\"b", "<a>" })
        {
            (await store.CodeOfAsync(() => store.PutAsync(path, "x"))).ShouldBe(StoreErrorCode.PathConflict, path);
            (await store.Driver.StatAsync(path, Cancel)).ShouldBeNull(path);
        }
        await store.PutAsync("a b.txt", "x");
        (await store.KeysAsync()).ShouldBe(["a b.txt"]);
    }

    [Fact]
    public async Task A_move_between_two_names_of_one_file_removes_the_source()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes a hard link of Linux.");
        await using var store = new LocalTestStore();
        await store.PutAsync("one", "x");
        Program.Run("ln", store.Real("one"), store.Real("two"));
        await store.Driver.MoveAsync(new CopyRequest("one", "two", WriteMode.Replace), Cancel);
        store.RealNames().ShouldBe(["two"]);
        await store.Driver.MoveAsync(new CopyRequest("two", "two", WriteMode.Replace), Cancel);
        (await store.TextAsync("two")).ShouldBe("x");
    }

    [Fact]
    public async Task A_file_cut_short_by_another_program_while_read_is_an_error_and_not_an_end()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("file", new byte[100_000]);
        await using var read = await store.Driver.OpenReadAsync(new ReadRequest("file"), Cancel);
        File.WriteAllText(store.Real("file"), "short");
        (await store.CodeOfAsync(() => read.Content.CopyToAsync(Stream.Null, Cancel))).ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    [Fact]
    public async Task Spoilt_attributes_are_an_integrity_failure()
    {
        await using var store = new LocalTestStore();
        Assert.SkipUnless(store.Driver.Capabilities.Metadata, "The file system keeps no attributes.");
        await store.PutAsync("file", "x");
        using (var handle = File.OpenHandle(store.Real("file"), access: FileAccess.ReadWrite))
            SetAttribute(handle, "{nonsense");
        (await store.CodeOfAsync(() => store.Driver.StatAsync("file", Cancel).AsTask())).ShouldBe(StoreErrorCode.IntegrityFailure);
        (await store.KeysAsync()).ShouldBe(["file"]);
    }

    [Fact]
    public async Task Metadata_beyond_what_the_file_system_keeps_is_refused_and_the_old_content_stays()
    {
        await using var store = new LocalTestStore();
        Assert.SkipUnless(store.Driver.Capabilities.Metadata, "The file system keeps no attributes.");
        await store.PutAsync("file", "old");
        var request = new UploadRequest("file", WriteMode.Replace) { Metadata = new Dictionary<string, string> { ["k"] = new string('v', 100_000) } };
        await using (var upload = await store.Driver.BeginUploadAsync(request, Cancel))
            (await store.CodeOfAsync(() => upload.CompleteAsync(new UploadPart(0, 0, new byte[3]), Cancel).AsTask())).ShouldBe(StoreErrorCode.Unsupported);
        (await store.TextAsync("file")).ShouldBe("old");
        store.RealNames().ShouldBe(["file"]);
    }

    private static unsafe void SetAttribute(SafeHandle file, string value)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(value);
        fixed (byte* start = bytes)
            Platform.Linux.Libc.FSetXAttr(file, "user.cairn.file", start, (nuint)bytes.Length, 0).ShouldBe(0);
    }
}
