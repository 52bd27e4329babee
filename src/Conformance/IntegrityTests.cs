using System.Security.Cryptography;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that an expected checksum is verified on writing, before publication, and on reading, at the end at the latest.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class IntegrityTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    public static TheoryData<int> Lengths => [0, 1, 1000, 3_000_000];

    private static Checksum Wrong => Checksum.FromBytes(Checksum.Sha256, SHA256.HashData("something else"u8));

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_write_with_the_right_checksum_is_published(int length)
    {
        var content = Content(length);
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, new() { ExpectedChecksum = Sha256(content) }, Cancel);
        await stream.WriteAsync(content, Cancel);
        await stream.CompleteAsync(Cancel);
        Assert.Equal(Sha256(content), stream.Sha256);
        Assert.Equal(content, await GetAsync("f"));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_write_with_a_wrong_checksum_is_not_published(int length)
    {
        await PutAsync("old", Content(5));
        foreach (var path in new[] { "old", "new" })
        {
            await using var stream = await Store.OpenWriteAsync(path, WriteMode.Replace, new() { ExpectedChecksum = Wrong }, Cancel);
            await stream.WriteAsync(Content(length), Cancel);
            var error = await FailsAsync(StoreErrorCode.IntegrityFailure, () => stream.CompleteAsync(Cancel));
            Assert.False(error.IsTransient);
        }
        Assert.Equal(Content(5), await GetAsync("old"));
        await HoldsOnlyAsync("old");
    }

    [Fact]
    public async Task A_write_with_a_wrong_checksum_of_several_parts_is_not_published()
    {
        var length = (await PartSizesAsync(2)).Sum(s => (long)s) + 1;
        await FailsAsync(StoreErrorCode.IntegrityFailure, () => PutPatternAsync("f", length, seed: 1, options: new() { ExpectedChecksum = Wrong }));
        await HoldsOnlyAsync();
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_digest_is_computed_while_writing_where_it_is_asked_for(int length)
    {
        var content = Content(length);
        await using var stream = await Store.OpenWriteAsync("f", WriteMode.CreateNew, new() { ComputeSha256 = true }, Cancel);
        for (var at = 0; at < length; at += 9999)
            await stream.WriteAsync(content.AsMemory(at, Math.Min(9999, length - at)), Cancel);
        await stream.CompleteAsync(Cancel);
        Assert.Equal(Sha256(content), stream.Sha256);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_read_with_the_right_checksum_gives_the_bytes(int length)
    {
        await PutAsync("f", Content(length));
        Assert.Equal(Content(length), await GetAsync(Store, "f", new() { ExpectedChecksum = Sha256(Content(length)) }));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_read_with_a_wrong_checksum_fails_by_its_end(int length)
    {
        await PutAsync("f", Content(length));
        await FailsAsync(StoreErrorCode.IntegrityFailure, () => GetAsync(Store, "f", new() { ExpectedChecksum = Wrong }));
        await using var stream = await Store.OpenReadAsync("f", new() { ExpectedChecksum = Wrong }, Cancel);
        Assert.Equal(StoreErrorCode.IntegrityFailure, Assert.ThrowsAny<StoreException>(() => stream.CopyTo(Stream.Null)).Code);
    }

    [Fact]
    public async Task A_range_is_checked_against_the_checksum_of_the_range()
    {
        var content = Content(10_000);
        await PutAsync("f", content);
        var range = new ByteRange(1000, 2000);
        Assert.Equal(content[1000..3000], await GetAsync(Store, "f", new() { Range = range, ExpectedChecksum = Sha256(content[1000..3000]) }));
        await FailsAsync(StoreErrorCode.IntegrityFailure, () => GetAsync(Store, "f", new() { Range = range, ExpectedChecksum = Sha256(content) }));
    }

    [Fact]
    public async Task The_checksum_that_the_store_keeps_is_that_of_the_content()
    {
        foreach (var length in new[] { 0, 1, 12_345, 5_000_000 })
        {
            var content = Content(length);
            await PutAsync("f", content);
            // If the store keeps no checksum, or one computed from the checksums of parts, there is nothing to compare.
            if ((await Store.StatAsync("f", Cancel)).Checksum is { } kept && Digest(kept.Algorithm, content) is { } expected)
                Assert.Equal(expected, kept.Hex);
        }
    }

    private static Checksum Sha256(byte[] content) => Checksum.FromBytes(Checksum.Sha256, SHA256.HashData(content));

    private static string? Digest(string algorithm, byte[] content) => algorithm switch
    {
        "sha256" => Convert.ToHexStringLower(SHA256.HashData(content)),
        "sha1" => Convert.ToHexStringLower(SHA1.HashData(content)),
        "md5" => Convert.ToHexStringLower(MD5.HashData(content)),
        "crc32c" => (~content.Aggregate(uint.MaxValue, System.Numerics.BitOperations.Crc32C)).ToString("x8", System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };
}
