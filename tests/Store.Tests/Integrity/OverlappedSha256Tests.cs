using System.Security.Cryptography;
using Cairn.Integrity;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Integrity;

public class OverlappedSha256Tests
{
    [Fact]
    public async Task The_digest_is_that_of_all_blocks_in_order()
    {
        int[] sizes = [1, OverlappedSha256.InlineLimit, OverlappedSha256.InlineLimit + 1, 3_000_000, 0, 7, 100_000];
        await using var sha = new OverlappedSha256();
        using var reference = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        List<Task> hashed = [];
        foreach (var size in sizes)
        {
            var block = RandomNumberGenerator.GetBytes(size);
            reference.AppendData(block);
            hashed.Add(sha.AppendAsync(block).AsTask());
        }
        sha.Length.ShouldBe(sizes.Sum());
        (await sha.FinishAsync()).ShouldBe(Checksum.FromBytes(Checksum.Sha256, reference.GetHashAndReset()));
        await Task.WhenAll(hashed);
    }

    [Fact]
    public async Task It_starts_anew_after_the_digest()
    {
        await using var sha = new OverlappedSha256();
        await sha.AppendAsync(new byte[1 << 20]);
        await sha.FinishAsync();
        sha.Length.ShouldBe(0);
        (await sha.FinishAsync()).Hex.ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    [Fact]
    public async Task A_buffer_may_be_reused_once_its_task_has_ended()
    {
        await using var sha = new OverlappedSha256();
        using var reference = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (var i = 0; i < 50; i++)
        {
            Array.Fill(buffer, (byte)i);
            reference.AppendData(buffer);
            await sha.AppendAsync(buffer);
        }
        (await sha.FinishAsync()).ShouldBe(Checksum.FromBytes(Checksum.Sha256, reference.GetHashAndReset()));
    }

    [Fact]
    public async Task Blocks_of_the_caller_and_of_the_other_thread_are_hashed_in_order()
    {
        await using var sha = new OverlappedSha256();
        using var reference = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 1; i <= 20; i++)
        {
            byte[] large = RandomNumberGenerator.GetBytes(i * 20_000), small = RandomNumberGenerator.GetBytes(i);
            reference.AppendData(large);
            reference.AppendData(small);
            await sha.AppendAsync(large);
            sha.Append(small);
        }
        sha.Length.ShouldBe(20_001 * 210);
        (await sha.FinishAsync()).ShouldBe(Checksum.FromBytes(Checksum.Sha256, reference.GetHashAndReset()));
    }

    [Fact]
    public async Task A_small_block_is_hashed_at_once_and_a_drained_hash_has_no_block_in_use()
    {
        await using var sha = new OverlappedSha256();
        var small = new byte[OverlappedSha256.InlineLimit];
        sha.AppendAsync(small).IsCompletedSuccessfully.ShouldBeTrue();
        Array.Fill(small, (byte)1);
        var large = new byte[1 << 20];
        var hashed = sha.AppendAsync(large);
        await sha.DrainAsync();
        Array.Fill(large, (byte)1);
        await hashed;
        (await sha.FinishAsync()).ShouldBe(Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(new byte[small.Length + large.Length])));
    }

    [Fact]
    public async Task A_disposed_hash_takes_and_gives_nothing()
    {
        var sha = new OverlappedSha256();
        await sha.DisposeAsync();
        Should.Throw<ObjectDisposedException>(() => sha.Append(new byte[1]));
        await Should.ThrowAsync<ObjectDisposedException>(() => sha.FinishAsync().AsTask());
    }

    [Fact]
    public async Task Disposal_waits_for_the_blocks_in_use_and_refuses_more()
    {
        var sha = new OverlappedSha256();
        var hashed = sha.AppendAsync(new byte[8 << 20]).AsTask();
        await sha.DisposeAsync();
        await hashed;
        await sha.DisposeAsync();
        Should.Throw<ObjectDisposedException>(() => { _ = sha.AppendAsync(new byte[1]); });
    }

    [Fact]
    public void Any_cut_gives_the_digest_of_the_whole() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt[]>(), cuts =>
        {
            var content = new byte[cuts.Sum(c => c.Get % 70_000)];
            Random.Shared.NextBytes(content);
            return Cut(content, cuts).GetAwaiter().GetResult().Hex == Convert.ToHexStringLower(SHA256.HashData(content));
        }).QuickCheckThrowOnFailure();

    private static async Task<Checksum> Cut(byte[] content, NonNegativeInt[] cuts)
    {
        await using var sha = new OverlappedSha256();
        var offset = 0;
        foreach (var cut in cuts)
        {
            await sha.AppendAsync(content.AsMemory(offset, cut.Get % 70_000));
            offset += cut.Get % 70_000;
        }
        return await sha.FinishAsync();
    }
}
