using System.Security.Cryptography;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>
/// Tests the metadata of a path: <see cref="ArtifactStore.StatAsync"/>, <see cref="ArtifactStore.TryStatAsync"/>, <see
/// cref="ArtifactStore.GetLengthAsync"/>.
/// </summary>
public abstract class StatTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Fact]
    public async Task A_file_has_path_kind_length_and_version()
    {
        await Store.WriteBytesAsync("dir/file.bin", Trees.Bytes(12_345), WriteMode.CreateNew, cancellationToken: Cancel);

        var info = await Store.StatAsync("dir/file.bin", Cancel);

        Assert.Equal("dir/file.bin", info.Path.Value);
        Assert.Equal(EntryKind.File, info.Kind);
        Assert.Equal(12_345, info.Length);
        Assert.Equal(12_345, await Store.GetLengthAsync("dir/file.bin", Cancel));
        if (Can.WriteModes.HasFlag(WriteModes.Match))
            Assert.False(string.IsNullOrEmpty(info.ETag), "A store that supports conditional writes must have etags.");
    }

    [Fact]
    public async Task The_time_of_an_answer_is_that_of_the_clock_which_dates_files()
    {
        var written = await Store.WriteBytesAsync("dated", Trees.Bytes(10), WriteMode.CreateNew, cancellationToken: Cancel);

        var info = await Store.StatAsync("dated", Cancel);

        Assert.Null(info.AnsweredAt);
        if (written.AnsweredAt is { } answered && info.Modified is { } modified)
            Assert.InRange(answered, modified.AddMinutes(-1), modified.AddMinutes(1));
    }

    [Fact]
    public async Task An_empty_file_is_a_file_of_length_zero()
    {
        await Store.WriteBytesAsync("empty", Array.Empty<byte>(), WriteMode.CreateNew, cancellationToken: Cancel);

        var info = await Store.StatAsync("empty", Cancel);

        Assert.True(info.IsFile);
        Assert.Equal(0, info.Length);
    }

    [Fact]
    public async Task What_is_missing_is_null_or_NotFound()
    {
        await Store.PutAsync("there", "x", Cancel);

        Assert.Null(await Store.TryStatAsync("missing", Cancel));
        Assert.Null(await Store.TryStatAsync("missing/deeper", Cancel));
        Assert.Null(await Store.TryStatAsync("ther", Cancel));
        Assert.Null(await Store.TryStatAsync("there2", Cancel));
        var error = await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.StatAsync("missing", Cancel));
        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.GetLengthAsync("missing", Cancel));
    }

    [Fact]
    public async Task Nothing_stands_below_a_file()
    {
        await Store.PutAsync("file", "x", Cancel);

        Assert.Null(await Store.TryStatAsync("file/below", Cancel));
        await Expect.ErrorAsync(StoreErrorCode.NotFound, () => Store.StatAsync("file/below", Cancel));
    }

    [Fact]
    public async Task A_directory_is_one_whether_made_or_implied()
    {
        await Store.PutAsync("implied/deep/file", "x", Cancel);
        foreach (var path in new StorePath[] { "implied", "implied/deep" })
        {
            var info = await Store.StatAsync(path, Cancel);
            Assert.True(info.IsDirectory, $"{path} holds a file, so it is a directory.");
            Assert.Equal(path, info.Path);
            Assert.Equal(0, info.Length);
            Assert.Null(info.ETag);
        }
        if (Can.Directories == DirectoryKind.None)
            return;
        await Store.MakeDirectoryAsync("made", Cancel);
        Assert.True((await Store.StatAsync("made", Cancel)).IsDirectory);
    }

    [Fact]
    public async Task The_root_is_a_directory_also_when_it_is_empty()
    {
        Assert.True((await Store.StatAsync(StorePath.Root, Cancel)).IsDirectory);
        await Store.PutAsync("a", "x", Cancel);
        Assert.True((await Store.StatAsync(StorePath.Root, Cancel)).IsDirectory);
    }

    [Fact]
    public async Task A_directory_has_no_length_to_get() =>
        await Expect.ErrorAsync(
            [StoreErrorCode.NotFound, StoreErrorCode.PathConflict],
            async () =>
            {
                await Store.PutAsync("dir/file", "x", Cancel);
                await Store.GetLengthAsync("dir", Cancel);
            });

    [Fact]
    public async Task Every_write_changes_the_version_and_nothing_else_does()
    {
        Needs(Can.WriteModes.HasFlag(WriteModes.Match), "The store names no versions.");
        var seen = new HashSet<string?>();
        for (var i = 0; i < 20; i++)
        {
            // Same length, written in quick succession: a version derived from the length and a coarse time would repeat.
            var written = await Store.WriteTextAsync("file", $"content {i:d2}", WriteMode.Replace, cancellationToken: Cancel);
            Assert.True(seen.Add(written.ETag), $"Write {i} got the version {written.ETag} of an earlier one.");
            Assert.Equal(written.ETag, (await Store.StatAsync("file", Cancel)).ETag);
        }
        await Store.PutAsync("other", "x", Cancel);
        await Store.ReadTextAsync("file", cancellationToken: Cancel);
        Assert.Equal(seen.Last(), (await Store.StatAsync("file", Cancel)).ETag);
    }

    [Fact]
    public async Task Write_stat_read_and_listing_agree()
    {
        var written = await Store.WriteTextAsync("dir/file", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        var stat = await Store.StatAsync("dir/file", Cancel);
        StoreEntry opened;
        await using (var stream = await Store.OpenReadAsync("dir/file", cancellationToken: Cancel))
            opened = stream.Info;
        var entries = new List<StoreEntry> { written, opened };
        if (Can.List)
        {
            await foreach (var entry in Store.ListAsync("dir", null, Cancel))
                entries.Add(entry);
            await foreach (var entry in Store.ListAsync(StorePath.Root, new ListOptions { Recursive = true }, Cancel))
                entries.Add(entry);
            Assert.Equal(4, entries.Count);
        }
        foreach (var info in entries)
        {
            Assert.Equal(stat.Path, info.Path);
            Assert.Equal(stat.Kind, info.Kind);
            Assert.Equal(stat.Length, info.Length);
            Assert.Equal(stat.ETag, info.ETag);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9 << 20)]
    public async Task A_write_of_unknown_length_says_its_length(int length)
    {
        await using var stream = await Store.OpenWriteAsync("file", WriteMode.CreateNew, cancellationToken: Cancel);
        await stream.WriteAsync(Trees.Bytes(length), Cancel);

        Assert.Equal(length, (await stream.CompleteAsync(Cancel)).Length);
        Assert.Equal(length, await Store.GetLengthAsync("file", Cancel));
    }

    [Fact]
    public async Task Modified_never_runs_backwards()
    {
        var first = await Store.WriteTextAsync("first", "1", WriteMode.CreateNew, cancellationToken: Cancel);
        var second = await Store.WriteTextAsync("second", "2", WriteMode.CreateNew, cancellationToken: Cancel);
        var firstStat = await Store.StatAsync("first", Cancel);
        var secondStat = await Store.StatAsync("second", Cancel);
        Needs(firstStat.Modified is not null, "The store keeps no times.");

        Assert.True(firstStat.Modified <= secondStat.Modified, $"{firstStat.Modified:o} then {secondStat.Modified:o}");
        Assert.True(firstStat.Modified > DateTimeOffset.UnixEpoch, "The modified time is not valid.");
        Assert.True(first.Modified is null || second.Modified is null || first.Modified <= second.Modified);
    }

    [Fact]
    public async Task A_checksum_is_that_of_the_content()
    {
        var content = Trees.Bytes(100_000);
        await Store.WriteBytesAsync("file", content, WriteMode.CreateNew, cancellationToken: Cancel);
        var checksum = (await Store.StatAsync("file", Cancel)).Checksum;
        var expected = checksum?.Algorithm switch
        {
            Checksum.Sha256 => SHA256.HashData(content),
            "sha1" => SHA1.HashData(content),
            "md5" => MD5.HashData(content),
            _ => null,
        };
        Needs(expected is not null, "The store keeps no checksum that the base library can compute.");

        Assert.Equal(Checksum.FromBytes(checksum!.Algorithm, expected), checksum);
    }
}
