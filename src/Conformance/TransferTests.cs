using System.Text;
using Cairn.Providers;
using Cairn.Transfers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests copying trees within the store, and files and folders between the store and the local machine, to new and existing targets.</summary>
public abstract class TransferTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly string[] Source = ["source/file1", "source/file2", "source/subdir/subfile1", "source/subdir/subfile2", "source/subdir/nested/file"];

    private readonly string _folder = Path.Join(Path.GetTempPath(), $"cairn-kit-{Guid.NewGuid():N}");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Directory.CreateDirectory(_folder);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_file_copies_to_a_new_name_in_an_existing_directory()
    {
        await SeedAsync([.. Source, "target/other"]);

        await Store.CopyAsync("source/subdir/subfile1", "target/subfile1", WriteMode.CreateNew, Cancel);
        await Store.CopyAsync("source/subdir/subfile1", "target/newfile", WriteMode.CreateNew, Cancel);

        await AssertTargetAsync(("newfile", "source/subdir/subfile1"), ("other", "target/other"), ("subfile1", "source/subdir/subfile1"));
    }

    [Fact]
    public async Task A_file_copies_into_a_new_directory()
    {
        await SeedAsync(Source);

        await Store.CopyAsync("source/subdir/subfile1", "target/newdir/deeper/newfile", WriteMode.CreateNew, Cancel);

        await AssertTargetAsync(("newdir/deeper/newfile", "source/subdir/subfile1"));
    }

    [Fact]
    public async Task A_folder_copies_onto_a_new_target()
    {
        await SeedAsync([.. Source, "source2/file", "source.txt"]);

        var summary = await Store.CopyTreeAsync("source", "target/newdir", null, Cancel);

        Assert.Equal(5, summary.Files);
        Assert.Equal(Source.Sum(p => Encoding.UTF8.GetByteCount(p)), summary.Bytes);
        await AssertTargetAsync([.. Source.Select(p => ("newdir" + p["source".Length..], p))]);
        Assert.Equal(Trees.InByteOrder(Source), await Store.AllKeysAsync("source", Cancel));
    }

    [Fact]
    public async Task A_folder_copies_onto_an_existing_target_and_what_is_there_stays()
    {
        await SeedAsync([.. Source, "target/file1", "target/kept", "target/subdir/kept"]);

        await Store.CopyTreeAsync("source", "target", new TransferOptions { Mode = WriteMode.Replace }, Cancel);

        await AssertTargetAsync(
            [.. Source.Select(p => (p["source/".Length..], p)), ("kept", "target/kept"), ("subdir/kept", "target/subdir/kept")]);
    }

    [Fact]
    public async Task A_folder_in_CreateNew_mode_replaces_nothing()
    {
        await SeedAsync([.. Source, "target/subdir/subfile1"]);

        await Expect.ErrorAsync(
            StoreErrorCode.AlreadyExists, () => Store.CopyTreeAsync("source", "target", new TransferOptions { Mode = WriteMode.CreateNew, Parallelism = 1 }, Cancel));

        Assert.Equal("target/subdir/subfile1", await Store.ReadTextAsync("target/subdir/subfile1", cancellationToken: Cancel));
    }

    [Fact]
    public async Task One_file_that_fails_does_not_stop_a_tree_and_is_reported_with_its_own_path()
    {
        await SeedAsync([.. Source, "target/subdir/subfile1"]);

        var failure = await Assert.ThrowsAsync<BatchFailedException>(() => Store.CopyTreeAsync("source", "target", new TransferOptions { Mode = WriteMode.CreateNew }, Cancel));

        Assert.Equal(StoreErrorCode.AlreadyExists, Assert.Single(failure.Failures).Code);
        Assert.EndsWith("subdir/subfile1", failure.Failures[0].Uri!.Path.Value, StringComparison.Ordinal);
        Assert.Equal(Source.Length - 1, failure.Result!.Files);
        await AssertTargetAsync([.. Source.Where(p => p != "source/subdir/subfile1").Select(p => (p["source/".Length..], p)), ("subdir/subfile1", "target/subdir/subfile1")]);
    }

    [Fact]
    public async Task A_missing_folder_and_a_file_are_no_folder_to_copy()
    {
        await SeedAsync(["file", "source2/file"]);

        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.CopyTreeAsync("source", "target", null, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.CopyTreeAsync("file", "target", null, Cancel));
        Assert.False(await Store.ExistsAsync("target", Cancel));
    }

    [Fact]
    public async Task A_folder_into_itself_is_refused_and_onto_itself_changes_nothing()
    {
        await SeedAsync(Source);

        await Expect.ErrorAsync(StoreErrorCode.PathConflict, () => Store.CopyTreeAsync("source", "source/subdir/again", null, Cancel));
        await Store.CopyTreeAsync("source", "source", null, Cancel);

        Assert.Equal(Trees.InByteOrder(Source), await Store.WholeTreeAsync(StorePath.Root, Cancel));
    }

    [Fact]
    public async Task Empty_directories_are_kept()
    {
        Needs(Can.Directories != DirectoryKind.None, "The store has no directories.");
        await SeedAsync(Source);
        await Store.MakeDirectoryAsync("source/empty/inner", Cancel);
        await Store.MakeDirectoryAsync("bare", Cancel);

        var summary = await Store.CopyTreeAsync("source", "target", null, Cancel);
        await Store.CopyTreeAsync("bare", "bare2", null, Cancel);

        Assert.Equal(1, summary.Directories);
        Assert.Contains("target/empty/inner/", await Store.WholeTreeAsync("target", Cancel));
        Assert.True(await Store.IsDirectoryAsync("bare2", Cancel));
    }

    [Theory]
    [InlineData("*", "", "file1 file2")]
    [InlineData("**", "", "file1 file2 subdir/nested/file subdir/subfile1 subdir/subfile2")]
    [InlineData("file?", "", "file1 file2")]
    [InlineData("*1", "", "file1")]
    [InlineData("subdir/*", "", "subdir/subfile1 subdir/subfile2")]
    [InlineData("subdir/**", "", "subdir/nested/file subdir/subfile1 subdir/subfile2")]
    [InlineData("**/*1", "", "file1 subdir/subfile1")]
    [InlineData("", "**/*1", "file2 subdir/nested/file subdir/subfile2")]
    [InlineData("**", "subdir/**", "file1 file2")]
    [InlineData("{file1,subdir/nested/*}", "", "file1 subdir/nested/file")]
    [InlineData("file[12]", "file2", "file1")]
    [InlineData("nothing", "", "")]
    public async Task Globs_choose_what_is_copied(string include, string exclude, string expected)
    {
        await SeedAsync(Source);
        var options = new TransferOptions { Include = include.Length > 0 ? [include] : [], Exclude = exclude.Length > 0 ? [exclude] : [] };

        var summary = await Store.CopyTreeAsync("source", "target", options, Cancel);

        var files = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files.Length, summary.Files);
        await AssertTargetAsync([.. files.Select(f => (f, "source/" + f))]);
    }

    [Fact]
    public async Task A_large_tree_arrives_whole_and_its_progress_adds_up()
    {
        var paths = Enumerable.Range(0, 600).Select(i => $"source/{i % 7}/{i:d3}").ToArray();
        await SeedAsync(paths);
        var reports = new Reports();

        var summary = await Store.CopyTreeAsync("source", "target", new TransferOptions { Parallelism = 8, Progress = reports }, Cancel);

        Assert.Equal(600, summary.Files);
        Assert.Equal(600, (await Store.AllKeysAsync("target", Cancel)).Count);
        reports.AssertAddUp(summary);
    }

    [Fact]
    public async Task A_file_goes_up_and_comes_down()
    {
        var content = Trees.Bytes(9 << 20);
        var up = Path.Join(_folder, "up.bin");
        var down = Path.Join(_folder, "down.bin");
        await File.WriteAllBytesAsync(up, content, Cancel);

        await Store.UploadFileAsync(up, "dir/file.bin", WriteMode.CreateNew, cancellationToken: Cancel);
        await Store.DownloadFileAsync("dir/file.bin", down, WriteMode.CreateNew, cancellationToken: Cancel);

        Trees.AssertSame(content, await File.ReadAllBytesAsync(down, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => Store.UploadFileAsync(up, "dir/file.bin", WriteMode.CreateNew, cancellationToken: Cancel));
        await Expect.ErrorAsync(StoreErrorCode.AlreadyExists, () => Store.DownloadFileAsync("dir/file.bin", down, WriteMode.CreateNew, cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_failed_download_leaves_the_local_file_and_nothing_partial()
    {
        var local = Path.Join(_folder, "kept");
        await File.WriteAllTextAsync(local, "kept", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.DownloadFileAsync("missing", local, WriteMode.Replace, cancellationToken: Cancel));

        Assert.Equal("kept", await File.ReadAllTextAsync(local, Cancel));
        Assert.Equal([local], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_folder_goes_up_onto_new_and_existing_targets()
    {
        var folder = MakeLocalTree();
        await SeedAsync(["existing/kept", "existing/file1"]);

        var summary = await Store.UploadDirectoryAsync(folder, "new/target", cancellationToken: Cancel);
        await Store.UploadDirectoryAsync(folder, "existing", cancellationToken: Cancel);

        Assert.Equal(3, summary.Files);
        var expected = Trees.LocalContents(folder);
        if (Can.Directories == DirectoryKind.None)
            expected.Remove("empty/");
        Assert.Equal(expected, await Store.ContentsAsync("new/target", Cancel));
        expected["kept"] = "existing/kept";
        Assert.Equal(expected, await Store.ContentsAsync("existing", Cancel));
    }

    [Fact]
    public async Task A_folder_comes_down_onto_new_and_existing_targets()
    {
        await SeedAsync(Source);
        if (Can.Directories != DirectoryKind.None)
            await Store.MakeDirectoryAsync("source/empty", Cancel);
        var existing = Directory.CreateDirectory(Path.Join(_folder, "existing")).FullName;
        await File.WriteAllTextAsync(Path.Join(existing, "kept"), "kept", Cancel);
        await File.WriteAllTextAsync(Path.Join(existing, "file1"), "old", Cancel);

        var summary = await Store.DownloadDirectoryAsync("source", Path.Join(_folder, "new", "target"), cancellationToken: Cancel);
        await Store.DownloadDirectoryAsync("source", existing, cancellationToken: Cancel);

        Assert.Equal(5, summary.Files);
        var expected = await Store.ContentsAsync("source", Cancel);
        Assert.Equal(expected, Trees.LocalContents(Path.Join(_folder, "new", "target")));
        expected["kept"] = "kept";
        Assert.Equal(expected, Trees.LocalContents(existing));
    }

    [Fact]
    public async Task Globs_choose_what_goes_up_and_comes_down()
    {
        var folder = MakeLocalTree();
        var options = new TransferOptions { Include = ["**/*1"], Exclude = ["subdir/**"] };
        var reports = new Reports();

        Assert.Equal(1, (await Store.UploadDirectoryAsync(folder, "up", options with { Progress = reports }, Cancel)).Files);
        Assert.Equal(["up/file1"], await Store.WholeTreeAsync("up", Cancel));
        await SeedAsync(Source);
        var summary = await Store.DownloadDirectoryAsync("source", Path.Join(_folder, "down"), options with { Progress = reports = new() }, Cancel);

        Assert.Equal(["file1"], Trees.LocalContents(Path.Join(_folder, "down")).Keys);
        reports.AssertAddUp(summary);
    }

    [Fact]
    public async Task A_local_file_is_lent_and_taken_back()
    {
        await Store.PutAsync("dir/file.txt", "content", Cancel);
        string? lent = null;
        var read = await Store.UseLocalFileAsync(
            "dir/file.txt",
            async (local, token) =>
            {
                lent = local;
                return await File.ReadAllTextAsync(local, token);
            },
            Cancel);
        await Store.CreateFromLocalFileAsync("dir/made.txt", WriteMode.CreateNew, (local, token) => File.WriteAllTextAsync(local, "made", token), cancellationToken: Cancel);

        Assert.Equal("content", read);
        Assert.EndsWith(".txt", lent, StringComparison.Ordinal);
        Assert.False(File.Exists(lent) && lent.StartsWith(Path.GetTempPath(), StringComparison.Ordinal));
        Assert.Equal("made", await Store.ReadTextAsync("dir/made.txt", cancellationToken: Cancel));
    }

    private string MakeLocalTree()
    {
        var folder = Path.Join(_folder, "local");
        Directory.CreateDirectory(Path.Join(folder, "subdir"));
        Directory.CreateDirectory(Path.Join(folder, "empty"));
        File.WriteAllText(Path.Join(folder, "file1"), "one");
        File.WriteAllText(Path.Join(folder, "file2"), "two");
        File.WriteAllText(Path.Join(folder, "subdir", "subfile1"), "three");
        return folder;
    }

    private Task SeedAsync(IEnumerable<string> paths)
    {
        Needs(Can.List, "The store cannot list.");
        return Store.SeedAsync(paths, Cancel);
    }

    private async Task AssertTargetAsync(params (string Path, string Content)[] expected) =>
        Assert.Equal(expected.OrderBy(e => e.Path, Utf8Order.Comparer), (await Store.ContentsAsync("target", Cancel)).Select(p => (p.Key, p.Value ?? "(directory)")));

    /// <summary>Records the reports of a transfer.</summary>
    private sealed class Reports : IProgress<TransferProgress>
    {
        private readonly List<TransferProgress> _all = [];

        public void Report(TransferProgress value)
        {
            lock (_all)
                _all.Add(value);
        }

        public void AssertAddUp(TransferResult summary)
        {
            Assert.NotEmpty(_all);
            for (var i = 1; i < _all.Count; i++)
                Assert.True(_all[i].Bytes >= _all[i - 1].Bytes && _all[i].Files >= _all[i - 1].Files, $"{_all[i - 1]} then {_all[i]}");
            Assert.Equal((summary.Bytes, summary.Files), (_all[^1].Bytes, _all[^1].Files));
            Assert.Equal(((long?)summary.Bytes, (long?)summary.Files), (_all[^1].TotalBytes, _all[^1].TotalFiles));
        }
    }
}
