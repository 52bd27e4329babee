using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests;

public class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Known_values(string text, uint crc) => Crc32C.Compute(Encoding.ASCII.GetBytes(text)).ShouldBe(crc);

    [Fact]
    public void Appending_in_pieces_and_combining_give_the_whole() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (a, b) =>
        {
            var pieces = default(Crc32C);
            pieces.Append(a);
            pieces.Append(b);
            var whole = Crc32C.Compute([.. a, .. b]);
            return pieces.Value == whole && Crc32C.Combine(Crc32C.Compute(a), Crc32C.Compute(b), b.Length) == whole;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(12_287)]
    [InlineData(12_288)]
    [InlineData(12_289)]
    [InlineData(40_000)]
    [InlineData(1_000_003)]
    public void Long_runs_give_what_their_bytes_one_by_one_give(int length)
    {
        var bytes = new byte[length];
        new System.Random(length).NextBytes(bytes);
        var slow = default(Crc32C);
        foreach (var one in bytes)
            slow.Append([one]);
        Crc32C.Compute(bytes).ShouldBe(slow.Value);
        var shifted = default(Crc32C);
        shifted.Append(bytes.AsSpan(0, 3));
        shifted.Append(bytes.AsSpan(3));
        shifted.Value.ShouldBe(slow.Value);
    }

    [Fact]
    public void Base64_is_big_endian() => Crc32C.ToBase64(0xE3069283).ShouldBe("4waSgw==");
}
