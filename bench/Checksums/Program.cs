using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Cairn;
using Cairn.Bench.Checksums;

// One array of the size of a part is summed again and again; "cold" walks through 1 GiB instead, so that every byte comes from memory.
var rounds = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 41;
const long Total = 256L << 20;
var memory = new byte[1 << 30];
Random.Shared.NextBytes(memory.AsSpan(0, 64 << 20));
for (var at = 64 << 20; at < memory.Length; at += 64 << 20)
    memory.AsSpan(0, 64 << 20).CopyTo(memory.AsSpan(at));

(string Name, Func<ReadOnlySpan<byte>, ulong> Sum)[] all =
[
    ("three runs", static data => ThreeRuns.Compute(data)),
    ("Crc32, Crc32C", static data => Crc32C.Compute(data)),
    ("Crc64, Nvme", static data => Crc64.HashToUInt64(Crc64ParameterSet.Nvme, data)),
    ("raw loop", Raw),
];
if (ThreeRuns.Compute(memory) != Crc32C.Compute(memory))
    throw new InvalidOperationException("The two CRC-32C disagree.");

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.ProcessArchitecture}, {rounds} rounds; GB/s at the median, and CPU time of Crc32 over that of three runs");
Console.WriteLine($"{"part",-12}{string.Concat(all.Select(static a => $"{a.Name,15}"))}{"ratio",10}{"quartiles",16}");
foreach (var (name, size) in new[] { ("4 KiB", 4 << 10), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20), ("8 MiB", 8 << 20), ("16 MiB", 16 << 20), ("16 MiB cold", 16 << 20) })
{
    var cold = name.EndsWith("cold", StringComparison.Ordinal);
    var seconds = all.Select(_ => new double[rounds]).ToArray();
    for (var round = -1; round < rounds; round++)
    {
        // Each round begins with another, so that none always follows the same.
        for (var k = 0; k < all.Length; k++)
        {
            var i = (k + round + 1) % all.Length;
            var took = Time(all[i].Sum, size, cold);
            if (round >= 0)
                seconds[i][round] = took;
        }
    }
    var ratios = seconds[1].Zip(seconds[0], static (theirs, ours) => theirs / ours).Order().ToArray();
    var speeds = seconds.Select(s => Total / s.Order().ElementAt(rounds / 2) / 1e9);
    Console.WriteLine($"{name,-12}{string.Concat(speeds.Select(static s => $"{s,15:F1}"))}{ratios[rounds / 2],10:F2}{$"{ratios[rounds / 4]:F2}-{ratios[rounds * 3 / 4]:F2}",16}");
}

// Processor time rather than the wall: neighbours on a busy machine do not count.
double Time(Func<ReadOnlySpan<byte>, ulong> sum, int size, bool cold)
{
    var sink = 0UL;
    var before = Process.GetCurrentProcess().TotalProcessorTime;
    for (long done = 0; done < Total; done += size)
        sink ^= sum(memory.AsSpan(cold ? (int)((done * 4) % (memory.Length - size)) : 0, size));
    var took = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
    GC.KeepAlive(sink);
    return took;
}

static ulong Raw(ReadOnlySpan<byte> data)
{
    var sum = 0UL;
    foreach (var word in MemoryMarshal.Cast<byte, ulong>(data))
        sum += word;
    return sum;
}
