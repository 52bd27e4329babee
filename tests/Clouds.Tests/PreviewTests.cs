namespace Cairn.Clouds.Tests;

/// <summary>What <c>cairn show</c> prints of tables, whose formats are plugins that the command brings.</summary>
public sealed class PreviewTests(Builds builds) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-previews-").FullName;

    [Fact]
    public async Task A_table_is_shown_in_columns_and_its_preview_written_as_csv()
    {
        var cairn = await builds.PathAsync(Builds.Tool);
        await File.WriteAllTextAsync(Path.Join(_folder, "t.csv"), "species,mass,note\nAdelie,3750,\"a,b\"\nGentoo,5000,\"say \"\"x\"\"\"\n");
        await DoneAsync("init");
        await DoneAsync("save", "t.csv", "--name", "t");
        var shown = await DoneAsync("show", "t");
        shown.ShouldContain("materializer  csv 1\n");
        shown.ShouldContain("species  mass  note\nAdelie   3750  a,b\nGentoo   5000  say \"x\"\n");
        (await DoneAsync("show", "t", "--preview", "-")).ShouldBe("species,mass,note\nAdelie,3750,\"a,b\"\nGentoo,5000,\"say \"\"x\"\"\"\n");
        await DoneAsync("show", "t", "--preview", "preview.csv");
        (await File.ReadAllTextAsync(Path.Join(_folder, "preview.csv"))).ShouldStartWith("species,mass,note\n");

        async Task<string> DoneAsync(params string[] args)
        {
            var (code, output, error) = await Clouds.RunAsync(cairn, _folder, new Dictionary<string, string>(), args);
            code.ShouldBe(0, error);
            return output;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
