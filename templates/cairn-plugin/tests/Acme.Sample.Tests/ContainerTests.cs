using System.Security.Cryptography;
using Cairn;
using Xunit;

namespace Acme.Sample.Tests;

/// <summary>Tests the provider with another program on the same storage, which runs in a container.</summary>
public sealed class ContainerTests(SampleContainer other) : IClassFixture<SampleContainer>
{
    [Fact]
    public async Task What_the_store_wrote_another_machine_reads()
    {
        Assert.SkipUnless(other.Missing.Length == 0, other.Missing);
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("sample-").FullName;
        try
        {
            var content = RandomNumberGenerator.GetBytes(300_000);
            await using var store = await ArtifactStore.OpenAsync(new SampleProvider(), "sample://shared", new Dictionary<string, string> { ["folder"] = folder }, cancellationToken: cancel);
            await store.WriteBytesAsync("a/b.bin", content, WriteMode.CreateNew, cancellationToken: cancel);
            var info = await store.StatAsync("a/b.bin", cancel);

            await other.Container.CopyAsync(new DirectoryInfo(folder), "/box", ct: cancel);
            var sum = await other.Container.ExecAsync(["/bin/sh", "-c", $"sha256sum /box/*/{info.ETag}"], cancel);

            Assert.Equal("", sum.Stderr);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), sum.Stdout.Split(' ')[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
