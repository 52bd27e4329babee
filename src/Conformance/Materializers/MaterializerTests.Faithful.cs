using Cairn.Artifacts;
using Cairn.Materializers;
using Xunit;

namespace Cairn.Conformance;

public abstract partial class MaterializerTests<TMaterializerHarness>
{
    /// <summary>Tests values that formats often lose without an error: each is unsupported, refused by the save, or loaded correctly.</summary>
    [Fact]
    public async Task Nothing_is_saved_that_does_not_come_back()
    {
        var registry = new MaterializerRegistry().Add(Harness.Create());
        foreach (var awkward in AwkwardValue.All)
        {
            if (registry.Explain(awkward.Type).Chosen is null)
                continue;
            Artifact saved;
            try
            {
                saved = await Repository.SaveAsAsync(awkward.Value, awkward.Type, cancellationToken: Cancel);
            }
            catch (MaterializationException)
            {
                continue;
            }
            var loaded = await LoadedAsync(awkward, saved);
            Assert.True(awkward.IsSame(loaded), $"{awkward} was saved, but loaded as {loaded}.");
        }
        foreach (var sample in Harness.Hard)
        {
            Artifact saved;
            try
            {
                saved = await SaveAsync(sample);
            }
            catch (MaterializationException)
            {
                continue;
            }
            await ComesBackAsync(sample, saved.Digest);
        }
    }

    private async Task<object> LoadedAsync(AwkwardValue awkward, Artifact saved)
    {
        try
        {
            return await Repository.LoadAsync(saved.Digest, awkward.Type, Cancel);
        }
        catch (MaterializationException e)
        {
            Assert.Fail($"{awkward} was saved, but cannot be loaded: {e.Message}");
            throw;
        }
    }
}
