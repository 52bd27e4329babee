using Cairn.TestServers.Gcs;

namespace Cairn.Clouds.Tests;

/// <summary>Two registered stores of one address at two services, as when a bucket is mirrored.</summary>
public sealed class PlaceTests(Builds builds) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-places-").FullName;

    [Fact]
    public async Task A_bucket_is_mirrored_to_one_of_the_same_name_elsewhere()
    {
        await using var clouds = await Clouds.StartAsync();
        await using var here = await GcsFake.StartAsync();
        await using var there = await GcsFake.StartAsync();
        here.CreateBucket("data");
        there.CreateBucket("data");
        var cairn = await builds.PathAsync(Builds.Tool);
        await File.WriteAllTextAsync(Path.Join(_folder, "f.txt"), "content");
        string[][] commands =
        [
            ["init"], ["store", "register", "here", "--flavor", "gcs", "--root", "gs://data", "--option", $"endpoint={here.Endpoint.OriginalString}", "--option", "anonymous=yes"],
            ["store", "register", "there", "--flavor", "gcs", "--root", "gs://data", "--option", $"endpoint={there.Endpoint.OriginalString}", "--option", "anonymous=yes"],
            ["cp", "f.txt", "here:d/f.txt"], ["sync", "here:", "there:"], ["cp", "here:d/f.txt", "there:d/f.txt"], ["mv", "here:d", "there:d2"],
        ];
        foreach (var command in commands)
        {
            var (code, output, error) = await clouds.RunAsync(cairn, _folder, command);
            code.ShouldBe(0, $"{string.Join(' ', command)}: {output}{error}");
        }
        here.ObjectNames("data").ShouldBeEmpty();
        there.ObjectNames("data").ShouldBe(["d/f.txt", "d2/f.txt"]);
        var (same, _, refused) = await clouds.RunAsync(cairn, _folder, "sync", "there:", "there:d");
        (same, refused.Contains("contains the other", StringComparison.Ordinal)).ShouldBe((1, true), refused);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
