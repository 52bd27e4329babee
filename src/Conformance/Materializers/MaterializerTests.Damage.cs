using Cairn.Artifacts;
using Cairn.Materializers;
using Xunit;
using Xunit.Sdk;

namespace Cairn.Conformance;

public abstract partial class MaterializerTests<TMaterializerHarness>
{
    [Fact]
    public async Task A_bit_flipped_in_any_byte_is_refused()
    {
        foreach (var sample in Harness.Samples.Concat(Harness.Empty))
        {
            await foreach (var (digest, blob, file) in BlobsAsync(sample))
            {
                var intact = await Repository.Store.ReadBytesAsync(blob, Cancel);
                for (var at = 0; at < intact.Length; at++)
                {
                    for (var bit = Full ? 0 : at % 8; bit < (Full ? 8 : at % 8 + 1); bit++)
                    {
                        var damaged = (byte[])intact.Clone();
                        damaged[at] ^= (byte)(1 << bit);
                        await RefusedAsync(sample, digest, blob, damaged, $"bit {bit} of byte {at} of {file} ({intact.Length} bytes), flipped,");
                    }
                }
                await RestoreAsync(sample, digest, blob, intact);
            }
        }
    }

    [Fact]
    public async Task A_file_cut_short_or_gone_or_longer_is_refused()
    {
        foreach (var sample in Harness.Samples)
        {
            await foreach (var (digest, blob, file) in BlobsAsync(sample))
            {
                var intact = await Repository.Store.ReadBytesAsync(blob, Cancel);
                for (var length = 0; length < intact.Length; length++)
                    await RefusedAsync(sample, digest, blob, intact[..length], $"{file} cut to its first {length} of {intact.Length} bytes");
                await RefusedAsync(sample, digest, blob, [.. intact, 0], $"an additional byte at the end of {file}");
                await Repository.Store.RemoveAsync(blob, Cancel);
                var gone = await Assert.ThrowsAnyAsync<StoreException>(() => LoadAsync(sample, digest));
                Assert.Equal(StoreErrorCode.NotFound, gone.Code);
                await RestoreAsync(sample, digest, blob, intact);
            }
        }
    }

    /// <summary>Tests content from a malicious writer: all digests are correct, and the content is not valid in the format.</summary>
    [Fact]
    [Trait("Memory", "Bounded")]
    public async Task Content_that_lies_ends_in_a_clear_error_or_a_value()
    {
        var random = new Random(20);
        var samples = Harness.Samples.ToList();
        for (var round = 0; round < (Full ? 10_000 : 200); round++)
        {
            var sample = samples[round % samples.Count];
            var forged = await ForgedArtifact.OfAsync(Repository, (await SaveAsync(sample)).Digest, Cancel);
            var what = Lies.Tell(random, forged);
            var (digest, blobs) = await forged.WriteAsync(Repository.Store, Cancel);
            await LoadsOrFailsClearlyAsync(() => LoadAsync(sample, digest), $"{sample}: round {round}, {what}");
            await LoadsOrFailsClearlyAsync(() => Repository.PreviewAsync(digest, Cancel), $"{sample}: round {round}, preview, {what}");
            foreach (var blob in blobs)
                await Repository.Store.RemoveAsync(blob, Cancel);
        }
    }

    /// <summary>Returns every blob of a sample, with the manifest once as written and once with all content outside it.</summary>
    private async IAsyncEnumerable<(BlobDigest Digest, StorePath Blob, string File)> BlobsAsync(MaterializerSample sample)
    {
        var saved = await SaveAsync(sample);
        Assert.True(saved.Manifest.TotalLength <= MaterializerHarness.MaxSample, $"{sample} has {saved.Manifest.TotalLength} bytes, more than a small sample may have.");
        yield return (saved.Digest, $"blobs/sha256/{saved.Digest.Hex}", "the manifest as saved");
        var forged = await ForgedArtifact.OfAsync(Repository, saved.Digest, Cancel);
        var (digest, blobs) = await forged.WriteAsync(Repository.Store, Cancel);
        await ComesBackAsync(sample, digest);
        foreach (var blob in blobs.Distinct())
            yield return (digest, blob, forged.NameOf(blob));
    }

    private async Task RefusedAsync(MaterializerSample sample, BlobDigest digest, StorePath blob, byte[] damaged, string what)
    {
        await Repository.Store.WriteBytesAsync(blob, damaged, WriteMode.Replace, cancellationToken: Cancel);
        try
        {
            await LoadAsync(sample, digest);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.IntegrityFailure)
        {
            return;
        }
        catch (Exception e)
        {
            throw new XunitException($"{sample}: {what} should be an IntegrityFailure, but is {e}");
        }
        throw new XunitException($"{sample}: {what} is not detected.");
    }

    private async Task RestoreAsync(MaterializerSample sample, BlobDigest digest, StorePath blob, byte[] intact)
    {
        await Repository.Store.WriteBytesAsync(blob, intact, WriteMode.Replace, cancellationToken: Cancel);
        await ComesBackAsync(sample, digest);
    }

    private static async Task LoadsOrFailsClearlyAsync(Func<Task> act, string what)
    {
        try
        {
            await act().WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        }
        catch (Exception e) when (e is MaterializationException or StoreException)
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message), what);
        }
        catch (Exception e)
        {
            throw new XunitException($"{what}: expected a MaterializationException, but got {e}");
        }
    }
}
