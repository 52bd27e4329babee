namespace Cairn.Tests.Drivers;

internal static class Bytes
{
    /// <summary>Bytes that differ everywhere, the same for the same seed.</summary>
    public static byte[] Of(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>Asserts that these are the expected bytes. An assertion on collections looks at each byte as an object: a second for a few megabytes.</summary>
    public static void ShouldHold(this byte[] actual, ReadOnlySpan<byte> expected)
    {
        actual.Length.ShouldBe(expected.Length);
        var common = actual.AsSpan().CommonPrefixLength(expected);
        (common == actual.Length).ShouldBeTrue($"Byte {common} of {actual.Length} differs.");
    }
}
