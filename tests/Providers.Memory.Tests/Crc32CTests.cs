using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Providers.Memory.Tests;

public class Crc32CTests
{
    [Fact]
    public void It_is_the_checksum_of_the_standard() =>
        Crc32C.ToChecksum(Crc32C.Of("123456789"u8)).ToString().ShouldBe("crc32c:e3069283");

    [Fact]
    public void Sums_of_parts_join_to_the_sum_of_the_whole() =>
        Prop.ForAll<byte[], byte[]>((a, b) => Crc32C.Join(Crc32C.Of(a), Crc32C.Of(b), b.Length) == Crc32C.Of([.. a, .. b])).QuickCheckThrowOnFailure();
}
