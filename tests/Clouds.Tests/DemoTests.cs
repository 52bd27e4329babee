namespace Cairn.Clouds.Tests;

/// <summary>The demo on each cloud: only the root's address changes.</summary>
public sealed class DemoTests(Builds builds) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-clouds-demo-").FullName;

    [Theory]
    [InlineData(Builds.Standalone)]
    [InlineData(Builds.Tool)]
    public async Task The_demo_runs_on_each_cloud_and_clears_what_it_wrote(string build)
    {
        var cairn = await builds.PathAsync(build);
        await using var clouds = await Clouds.StartAsync();
        foreach (var root in new[] { clouds.S3, clouds.Azure, clouds.Gcs })
        {
            var (code, output, error) = await clouds.RunAsync(cairn, _folder, "demo", "--root", root);
            code.ShouldBe(0, $"{root}: {error}\n{output}");
            foreach (var said in new[] { "the late writer was refused: PreconditionFailed", "5 blobs before, 0 new", "the first of 344 weighs 4000 g", "\"Gentoo\":5076",
                "20876 bytes  intact", "steps done in" })
                output.ShouldContain(said, customMessage: root);
            output.Split('\n').Count(l => l.Contains("> new: ", StringComparison.Ordinal)).ShouldBe(2, root);
            var (_, left, _) = await clouds.RunAsync(cairn, _folder, "ls", "-r", root);
            left.ShouldNotContain("cairn-demo");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
