using System.Security.Cryptography;
using Cairn.Layers;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Tests.Drivers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Tests.Layers;

public sealed class ReadCacheDriverTests : IDisposable
{
    private readonly CacheDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ScriptedDriver _store = ScriptedDriver.OverMemory();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(CacheEntryFormat.BlockSize)]
    [InlineData(CacheEntryFormat.BlockSize + 1)]
    [InlineData(3_000_000)]
    public async Task What_was_read_whole_is_read_from_the_cache_the_second_time(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        await _store.PutAsync("a", content);
        var cache = Caching();
        foreach (var buffer in (int[])[10_007, 1_000_000, 300_000])
            (await cache.GetAsync("a", buffer)).ShouldHold(content);
        _store.Count("read").ShouldBe(1);
        _directory.Entries.Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_removed_file_is_never_served()
    {
        await _store.PutAsync("a", [1]);
        var cache = Caching();
        await cache.GetAsync("a");
        await _store.DeleteAsync(new([new("a")]), default);
        (await Should.ThrowAsync<StoreException>(() => cache.GetAsync("a"))).Code.ShouldBe(StoreErrorCode.NotFound);
    }

    [Fact]
    public async Task A_replaced_file_is_read_anew()
    {
        await _store.PutAsync("a", [1]);
        var cache = Caching();
        await cache.GetAsync("a");
        await _store.PutAsync("a", [2]);
        (await cache.GetAsync("a")).ShouldBe([2]);
        (await cache.GetAsync("a")).ShouldBe([2]);
        _store.Count("read").ShouldBe(2);
    }

    [Fact]
    public async Task A_condition_holds_on_a_hit_too()
    {
        var old = await _store.PutAsync("a", [1]);
        var cache = Caching();
        await cache.GetAsync("a");
        await using (var same = await cache.OpenReadAsync(new("a") { IfMatch = old.ETag }, default))
            same.Info.ETag.ShouldBe(old.ETag);
        await _store.PutAsync("a", [2]);
        await RefusedAsync();
        // The same when the new version is what is kept.
        (await cache.GetAsync("a")).ShouldBe([2]);
        await RefusedAsync();

        async Task RefusedAsync() =>
            (await Should.ThrowAsync<StoreException>(async () => await cache.OpenReadAsync(new("a") { IfMatch = old.ETag }, default))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
    }

    [Fact]
    public async Task What_was_not_read_to_its_end_is_not_kept()
    {
        await _store.PutAsync("a", new byte[1_000_000]);
        var cache = Caching();
        await using (var read = await cache.OpenReadAsync(new("a"), default))
            await read.Content.ReadExactlyAsync(new byte[999_999]);
        await using (var read = await cache.OpenReadAsync(new("a"), default))
        {
            read.Content.Position = 500_000;
            await read.Content.CopyToAsync(Stream.Null);
        }
        _directory.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_read_that_breaks_is_not_kept_and_breaks_as_it_would_without_the_cache()
    {
        await _store.PutAsync("a", new byte[1_000_000]);
        _store.Content = s => new BreakingStream(s, 600_000);
        await Should.ThrowAsync<EndOfStreamException>(() => Caching().GetAsync("a"));
        _directory.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Content_shorter_than_promised_is_not_kept()
    {
        await _store.PutAsync("a", new byte[1000]);
        _store.Facts = i => new() { Path = i.Path, Length = i.Length + 1, ETag = i.ETag };
        (await Caching().GetAsync("a")).Length.ShouldBe(1000);
        _directory.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_range_is_answered_from_a_kept_file_and_otherwise_passes_through()
    {
        var content = RandomNumberGenerator.GetBytes(1_000_000);
        await _store.PutAsync("a", content);
        var cache = Caching();
        (await RangeAsync(cache, 700_000, 10)).ShouldHold(content[700_000..700_010]);
        _directory.Files.ShouldBeEmpty();
        await cache.GetAsync("a");
        (await RangeAsync(cache, 700_000, 300_000)).ShouldHold(content[700_000..]);
        _store.Count("read").ShouldBe(2);
        (await Should.ThrowAsync<StoreException>(async () => await cache.OpenReadAsync(new("a") { Range = new(1_000_000) }, default))).Code
            .ShouldBe(StoreErrorCode.RangeNotSatisfiable);
    }

    [Theory]
    [InlineData("flip a byte at", 0)]
    [InlineData("flip a byte at", 700_000)]
    [InlineData("flip a byte at", 1_000_050)]
    [InlineData("flip a byte at", -1)]
    [InlineData("cut to", 0)]
    [InlineData("cut to", 500_000)]
    [InlineData("cut to", 1_000_001)]
    [InlineData("fill with zeros from", 524_288)]
    public async Task A_damaged_entry_is_never_served_and_heals(string damage, int at)
    {
        var content = RandomNumberGenerator.GetBytes(1_000_000);
        await _store.PutAsync("a", content);
        var cache = Caching();
        await cache.GetAsync("a");
        Damage(_directory.Entries.Single().FullName, damage, at);
        foreach (var buffer in (int[])[10_000, 400_000])
        {
            (await cache.GetAsync("a", buffer)).ShouldHold(content);
            (await cache.GetAsync("a", buffer)).ShouldHold(content);
            var reads = _store.Count("read");
            (await cache.GetAsync("a", buffer)).ShouldHold(content);
            _store.Count("read").ShouldBe(reads, "the entry is whole again");
            Damage(_directory.Entries.Single().FullName, damage, at);
        }
    }

    [Fact]
    public async Task A_stream_over_an_entry_that_was_damaged_still_seeks_and_reads_synchronously()
    {
        var content = RandomNumberGenerator.GetBytes(1_000_000);
        await _store.PutAsync("a", content);
        var cache = Caching();
        await cache.GetAsync("a");
        Damage(_directory.Entries.Single().FullName, "flip a byte at", 300_000);
        await using var read = await cache.OpenReadAsync(new("a"), default);
        var all = new byte[1_000_000];
        read.Content.ReadExactly(all);
        all.ShouldHold(content);
        read.Content.Seek(-10, SeekOrigin.End);
        read.Content.ReadAtLeast(all, 11, throwOnEndOfStream: false).ShouldBe(10);
        all[..10].ShouldHold(content[^10..]);
    }

    [Fact]
    public async Task An_entry_of_another_store_path_or_version_never_answers()
    {
        await _store.PutAsync("a", [1]);
        await _store.PutAsync("b", [2]);
        var cache = Caching();
        await cache.GetAsync("a");
        await cache.GetAsync("b");
        var (one, two) = (_directory.Entries[0].FullName, _directory.Entries[1].FullName);
        File.Move(one, one + ".x");
        File.Move(two, one);
        File.Move(one + ".x", two);
        (await cache.GetAsync("a")).ShouldBe([1]);
        (await cache.GetAsync("b")).ShouldBe([2]);
    }

    [Fact]
    public async Task The_folder_stays_within_its_bound_and_the_least_recently_read_goes_first()
    {
        const long Bound = 2_000_000;
        var cache = Caching(Bound);
        for (var i = 0; i < 40; i++)
        {
            await _store.PutAsync($"f{i}", RandomNumberGenerator.GetBytes(100_000));
            await cache.GetAsync($"f{i}");
            _time.Advance(TimeSpan.FromSeconds(1));
            await cache.GetAsync("f0");
            _time.Advance(TimeSpan.FromSeconds(1));
            _directory.Files.Sum(f => f.Length).ShouldBeLessThanOrEqualTo(Bound);
        }
        var reads = _store.Count("read");
        await cache.GetAsync("f0");
        await cache.GetAsync("f39");
        _store.Count("read").ShouldBe(reads, "both were read lately");
        await cache.GetAsync("f1");
        _store.Count("read").ShouldBe(reads + 1);
    }

    [Fact]
    public async Task An_entry_may_be_evicted_while_it_is_read()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        await _store.PutAsync("a", content);
        var cache = Caching(1_600_000);
        await cache.GetAsync("a");
        await using var read = await cache.OpenReadAsync(new("a"), default);
        await read.Content.ReadExactlyAsync(new byte[10]);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _store.PutAsync($"f{i}", new byte[300_000]);
            await cache.GetAsync($"f{i}");
        }
        using var rest = new MemoryStream();
        await read.Content.CopyToAsync(rest);
        rest.ToArray().ShouldHold(content[10..]);
    }

    [Fact]
    public async Task A_file_that_would_take_too_much_of_the_cache_is_not_kept()
    {
        await _store.PutAsync("a", new byte[400_000]);
        (await Caching(1_000_000).GetAsync("a")).Length.ShouldBe(400_000);
        _directory.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Leftovers_of_killed_processes_go_when_room_is_needed_and_they_are_old()
    {
        var cache = Caching(1_000_000);
        await _store.PutAsync("a", new byte[1000]);
        await cache.GetAsync("a");
        var leftover = Path.Join(_directory.Folder, "dead.entry.123.partial");
        await File.WriteAllBytesAsync(leftover, new byte[990_000]);
        File.SetLastWriteTimeUtc(leftover, (_time.GetUtcNow() - TimeSpan.FromHours(2)).UtcDateTime);
        await _store.PutAsync("b", new byte[200_000]);
        await Caching(1_000_000).GetAsync("b");
        File.Exists(leftover).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_without_an_etag_is_not_kept()
    {
        await _store.PutAsync("a", [1]);
        _store.Facts = i => new() { Path = i.Path, Length = i.Length };
        await Caching().GetAsync("a");
        _directory.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_about_the_folder_fails_a_read()
    {
        await _store.PutAsync("a", [1]);
        await File.WriteAllTextAsync(_directory.Path, "a file where the directory should be");
        (await Caching().GetAsync("a")).ShouldBe([1]);
        File.Delete(_directory.Path);
        var cache = Caching();
        Directory.Delete(_directory.Path, recursive: true);
        (await cache.GetAsync("a")).ShouldBe([1]);
    }

    [Fact]
    public async Task A_full_disk_fails_no_read_and_leaves_nothing()
    {
        // A device that is always full, in place of the file that is being written.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        var content = RandomNumberGenerator.GetBytes(600_000);
        var folder = CacheFolder.Open(new() { Directory = _directory.Path }, _time, NullLogger.Instance)!;
        var partial = Path.Join(_directory.Folder, "x.partial");
        File.CreateSymbolicLink(partial, "/dev/full");
        var full = new FileStream(partial, new FileStreamOptions { Access = FileAccess.Write, BufferSize = 0 });
        var done = 0;
        await using var stream = new CacheFillStream(
            new MemoryStream(content), full, CacheKey.Of(_store.Root, "a", "1"), content.Length, folder, NullLogger.Instance, () => done++);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, 100_000);
        all.ToArray().ShouldHold(content);
        done.ShouldBe(1);
        _directory.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_folder_is_the_users_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes");
            return;
        }
        Directory.CreateDirectory(_directory.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.GroupRead);
        await _store.PutAsync("a", [1]);
        await Caching().GetAsync("a");
        ((int)File.GetUnixFileMode(_directory.Folder)).ShouldBe(Convert.ToInt32("700", 8));
        ((int)File.GetUnixFileMode(_directory.Entries.Single().FullName)).ShouldBe(Convert.ToInt32("600", 8));
    }

    [Fact]
    public async Task A_symbolic_link_in_the_folders_place_is_not_followed()
    {
        var elsewhere = _directory.Path + "-elsewhere";
        Directory.CreateDirectory(_directory.Path);
        Directory.CreateDirectory(elsewhere);
        try
        {
            Directory.CreateSymbolicLink(_directory.Folder, elsewhere);
            await _store.PutAsync("a", [1]);
            (await Caching().GetAsync("a")).ShouldBe([1]);
            Directory.GetFileSystemEntries(elsewhere).ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_read_through_a_store_is_kept_and_served(bool canSeek)
    {
        var content = RandomNumberGenerator.GetBytes(9_000_000);
        await _store.PutAsync("a", content);
        _store.Content = s => canSeek ? s : new ForwardStream(s);
        await using var store = new ArtifactStore(Caching());
        for (var i = 0; i < 3; i++)
            (await store.ReadBytesAsync("a")).ShouldHold(content);
        _store.Count("read").ShouldBe(1);
        await using var read = await store.OpenReadAsync("a");
        read.Position = 8_000_000;
        var tail = new byte[1_000_000];
        await read.ReadExactlyAsync(tail);
        tail.ShouldHold(content[8_000_000..]);
        _store.Count("read").ShouldBe(1);
    }

    [Fact]
    public async Task Many_readers_at_once_get_the_right_bytes_and_make_one_entry()
    {
        var content = RandomNumberGenerator.GetBytes(2_000_000);
        await _store.PutAsync("a", content);
        var (one, two) = (Caching(), Caching());
        var all = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).GetAsync("a", 10_000 + (i * 50_000)))));
        all.All(c => c.AsSpan().SequenceEqual(content)).ShouldBeTrue();
        _directory.Files.Length.ShouldBe(1);
    }

    private static async Task<byte[]> RangeAsync(StoreDriver driver, long offset, int length)
    {
        await using var read = await driver.OpenReadAsync(new("a") { Range = new(offset, length) }, default);
        var bytes = new byte[length];
        await read.Content.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static void Damage(string entry, string damage, int at)
    {
        using var file = new FileStream(entry, FileMode.Open, FileAccess.ReadWrite);
        var position = at < 0 ? file.Length + at : at;
        file.Position = position;
        switch (damage)
        {
            case "flip a byte at":
                var b = file.ReadByte();
                file.Position = position;
                file.WriteByte((byte)(b ^ 1));
                break;
            case "cut to":
                file.SetLength(position);
                break;
            default:
                file.Write(new byte[file.Length - position]);
                break;
        }
    }

    private ReadCacheDriver Caching(long bound = 1 << 30) => new(_store, new() { Directory = _directory.Path, MaxBytes = bound }, new() { TimeProvider = _time });

    private sealed class BreakingStream(Stream inner, int after) : DelegatingReadStream(inner)
    {
        private int _read;

        public override int Read(Span<byte> buffer) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read >= after)
                throw new EndOfStreamException();
            var read = await Inner.ReadAsync(buffer, cancellationToken);
            _read += read;
            return read;
        }
    }

    private sealed class ForwardStream(Stream inner) : DelegatingReadStream(inner)
    {
        public override bool CanSeek => false;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => Inner.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Inner.ReadAsync(buffer, cancellationToken);
    }
}
