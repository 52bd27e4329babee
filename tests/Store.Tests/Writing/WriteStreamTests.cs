using System.Security.Cryptography;
using Cairn.Providers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Writing;

/// <summary>A write as a <see cref="Stream"/>, and what its options may be.</summary>
public sealed class WriteStreamTests
{
    [Fact]
    public async Task A_write_only_goes_forward_and_says_how_far_it_is()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await using var stream = await store.OpenWriteAsync("d/f", WriteMode.CreateNew);
        stream.Uri.ToString().ShouldBe("mem://remote/d/f");
        (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length, stream.Position).ShouldBe((false, false, true, 0, 0));
        await stream.WriteAsync(new byte[2500]);
        (stream.Length, stream.Position).ShouldBe((2500, 2500));
        Should.Throw<NotSupportedException>(() => stream.Position = 0);
        Should.Throw<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Should.Throw<NotSupportedException>(() => stream.SetLength(1));
        Should.Throw<NotSupportedException>(() => stream.Read(new byte[1], 0, 1));
        stream.Flush();
        await stream.FlushAsync();
        await Should.ThrowAsync<TaskCanceledException>(() => stream.FlushAsync(new CancellationToken(true)));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => stream.WriteAsync(new byte[1], 0, 2, default));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Write(new byte[1], 2, 0));
        stream.CanWrite.ShouldBeTrue();
        await stream.CompleteAsync();
        (stream.CanWrite, stream.Length).ShouldBe((false, 2500));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(999, 3)]
    [InlineData(1000, 1000)]
    [InlineData(1500, 300)]
    [InlineData(5000, 2)]
    public async Task Every_kind_of_write_gives_the_same_content(int first, int second)
    {
        var content = Bytes.Of(first + second + 3);
        var (driver, store) = await RemoteDriver.OpenAsync();
        using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { ComputeSha256 = true }))
        {
            stream.Write(content.AsSpan(0, first));
            stream.Length.ShouldBe(first);
            stream.Write(content, first, second);
            stream.WriteByte(content[first + second]);
            await stream.WriteAsync(content, first + second + 1, 2, TestContext.Current.CancellationToken);
            stream.Length.ShouldBe(content.Length);
            await stream.CompleteAsync();
            stream.Sha256.ShouldBe(Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(content)));
        }
        (await store.ReadBytesAsync("f")).ShouldHold(content);
        driver.Parts.Select(p => p.Length).Max().ShouldBeLessThanOrEqualTo(1000);
    }

    [Fact]
    public async Task A_write_that_is_not_completed_publishes_nothing()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew))
            stream.Write(new byte[1500]);
        (await store.ExistsAsync("f")).ShouldBeFalse();
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew))
            await stream.WriteAsync(new byte[1500]);
        (await store.ExistsAsync("f")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(9, 4)]
    public async Task As_many_parts_as_the_bound_allows_run_at_once(int asked, int expected)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        var all = new TaskCompletionSource();
        var running = 0;
        driver.OnPart = (_, _) =>
        {
            if (Interlocked.Increment(ref running) == expected)
                all.SetResult();
            return all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        };
        await using var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { Parallelism = asked });
        await stream.WriteAsync(new byte[30_000]);
        await stream.CompleteAsync();
        all.Task.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Any_number_of_writes_pass_through_as_parts()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.AnyPartSize = true;
        var content = Bytes.Of(40_000);
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew))
        {
            for (var at = 0; at < content.Length; at += 2000)
                await stream.WriteAsync(content.AsMemory(at, 2000)).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            await stream.CompleteAsync();
        }
        driver.Parts.Count.ShouldBe(21);
        (await store.ReadBytesAsync("f")).ShouldHold(content);
    }

    [Fact]
    public async Task A_write_is_checked_by_its_digest_before_it_is_published()
    {
        var content = Bytes.Of(2500);
        var right = Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(content));
        var (_, store) = await RemoteDriver.OpenAsync();
        await using (var stream = await store.OpenWriteAsync("f", WriteMode.CreateNew, new() { ExpectedChecksum = right }))
        {
            await stream.WriteAsync(content);
            (await stream.CompleteAsync()).Checksum.ShouldNotBeNull();
            stream.Sha256.ShouldBe(right);
        }
        await using (var stream = await store.OpenWriteAsync("g", WriteMode.CreateNew, new() { ExpectedChecksum = right }))
        {
            await stream.WriteAsync(content.AsMemory(1));
            var error = await Should.ThrowAsync<StoreException>(() => stream.CompleteAsync());
            error.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
            error.Message.ShouldContain($"and {right} was expected; nothing is published");
            stream.CanWrite.ShouldBeFalse();
            (await Should.ThrowAsync<StoreException>(() => stream.CompleteAsync())).Message.ShouldBe(error.Message);
        }
        (await store.ExistsAsync("g")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_write_is_told_arrives_with_it()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("f", "x", WriteMode.CreateNew, new() { ContentType = "text/~ x", Metadata = new Dictionary<string, string> { ["a_1-b"] = "" } });
        var info = (await store.StatAsync("f"))!;
        (info.ContentType, info.Metadata["a_1-b"]).ShouldBe(("text/~ x", ""));
    }

    public static TheoryData<OpenWriteOptions, string> Refused => new()
    {
        { new() { ContentType = "" }, "'' is not a content type" },
        { new() { ContentType = "text/\u00e4" }, "is not a content type" },
        { new() { ContentType = "text\nplain" }, "is not a content type" },
        { new() { ContentType = "text\u007f" }, "is not a content type" },
        { new() { Metadata = null! }, "The metadata is null" },
        { new() { Metadata = new Dictionary<string, string> { [""] = "v" } }, "'' is not a metadata name" },
        { new() { Metadata = new Dictionary<string, string> { ["a"] = null! } }, "The metadata 'a' has no value" },
        { new() { Length = -1 }, "A length is not negative" },
        { new() { Parallelism = 0 }, "At least one part is written at a time" },
        { new() { ExpectedChecksum = new("md5", "00") }, "A write is checked by sha256, not by 'md5'" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task An_option_that_cannot_be_is_refused_before_the_store_is_asked(OpenWriteOptions options, string reason)
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        (await Should.ThrowAsync<ArgumentException>(() => store.OpenWriteAsync("f", WriteMode.Replace, options))).Message.ShouldContain(reason);
        driver.Parts.ShouldBeEmpty();
    }
}
