using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Integrity;

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
            var pieces = Crc32C.Begin();
            pieces.Append(a);
            pieces.Append(b);
            var whole = Crc32C.Compute([.. a, .. b]);
            return pieces.GetCurrentHashAsUInt32() == whole && Crc32C.Combine(Crc32C.Compute(a), Crc32C.Compute(b), b.Length) == whole;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(1_000_003)]
    public void Long_parts_combine(int length)
    {
        var bytes = new byte[length + 12_345];
        new System.Random(length).NextBytes(bytes);
        Crc32C.Combine(Crc32C.Compute(bytes.AsSpan(0, 12_345)), Crc32C.Compute(bytes.AsSpan(12_345)), length).ShouldBe(Crc32C.Compute(bytes));
    }

    [Fact]
    public void Parts_of_terabytes_combine_in_any_grouping()
    {
        const long Tera = 1L << 42;
        var (a, b, c) = (Crc32C.Compute("a"u8), Crc32C.Compute("b"u8), Crc32C.Compute("c"u8));
        Crc32C.Combine(Crc32C.Combine(a, b, Tera), c, 3 * Tera).ShouldBe(Crc32C.Combine(a, Crc32C.Combine(b, c, 3 * Tera), 4 * Tera));
    }

    [Fact]
    public void Nothing_changes_nothing()
    {
        Crc32C.Combine(0xE3069283, 0, 0).ShouldBe(0xE3069283);
        Crc32C.Combine(0, 0xE3069283, 9).ShouldBe(0xE3069283);
        Should.Throw<ArgumentOutOfRangeException>(() => Crc32C.Combine(1, 1, -1));
    }

    [Fact]
    public void Base64_is_big_endian() => Crc32C.ToBase64(0xE3069283).ShouldBe("4waSgw==");
}
