using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Providers.Azure.Tests;

public sealed class Crc64Tests
{
    [Fact]
    public void It_is_the_published_check_value() => Crc64.Compute(Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xAE8B14860A799888UL);

    [Fact]
    public void Folding_and_tables_agree_at_every_length()
    {
        var data = new byte[1100];
        new Random(1).NextBytes(data);
        for (var length = 0; length <= data.Length; length++)
            Crc64.Compute(data.AsSpan(0, length)).ShouldBe(Crc64.ComputeByTables(data.AsSpan(0, length)), $"{length} bytes");
    }

    [Fact]
    public void Folding_and_tables_agree_on_any_bytes_at_any_offset() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), data =>
        {
            byte[] repeated = [.. Enumerable.Repeat(data, 20).SelectMany(static d => d)];
            return Enumerable.Range(0, Math.Min(16, repeated.Length)).All(at => Crc64.Compute(repeated.AsSpan(at)) == Crc64.ComputeByTables(repeated.AsSpan(at)));
        }).QuickCheckThrowOnFailure();
}
