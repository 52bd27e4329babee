namespace Cairn.Conformance.Tests.Presigning;

/// <summary>No store of this repository's own presigns without a server, so the presign suite is tried on one that is given URLs.</summary>
public class PresignSuiteTests
{
    [Fact]
    public async Task It_is_green_over_a_sound_server()
    {
        foreach (var test in await SuiteRunner.CasesAsync("PresignTests"))
            (await test.RunAsync(new(driver => new PresigningDriver(driver)))).ShouldBeNull(test.ToString());
    }

    [Theory]
    [InlineData(Forgotten.Expiry, "A_URL_expires")]
    [InlineData(Forgotten.Verb, "A_URL_to_read_does_not_write_and_one_to_write_does_not_read")]
    [InlineData(Forgotten.Path, "A_URL_is_for_one_file")]
    public async Task It_is_red_over_a_server_that_forgets_a_check(Forgotten forgotten, string test) =>
        (await SuiteRunner.FindRedAsync($"PresignTests.{test}", new(driver => new PresigningDriver(driver, forgotten)))).ShouldNotBeNull();
}
