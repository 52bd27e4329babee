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

    [Fact]
    public void Base64_is_big_endian() => Crc32C.ToBase64(0xE3069283).ShouldBe("4waSgw==");
}
