namespace Cairn.Cli.Tests.Commands;

public sealed class MoveAndRemoveTests
{
    [Theory]
    [InlineData(":a.txt", ":b.txt", "b.txt=a", "d/e/y.txt=y", "d/x.txt=x", "t/k.txt=k")]
    [InlineData(":a.txt", ":t", "d/e/y.txt=y", "d/x.txt=x", "t/a.txt=a", "t/k.txt=k")]
    [InlineData(":a.txt", ":t/k.txt", "d/e/y.txt=y", "d/x.txt=x", "t/k.txt=a")]
    [InlineData(":d", ":n", "a.txt=a", "n/e/y.txt=y", "n/x.txt=x", "t/k.txt=k")]
    [InlineData(":d", ":t", "a.txt=a", "t/d/e/y.txt=y", "t/d/x.txt=x", "t/k.txt=k")]
    [InlineData(":a.txt :d", ":t", "t/a.txt=a", "t/d/e/y.txt=y", "t/d/x.txt=x", "t/k.txt=k")]
    public async Task Moves_within_a_store(string source, string target, params string[] expected)
    {
        using var box = await PrepareAsync();
        (await box.RunAsync(["mv", .. source.Split(' '), target])).Ok();
        (await box.TreeAsync(":")).ShouldBe(expected);
    }

    [Fact]
    public async Task Moves_between_stores_take_the_source_away()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("mv", ":d", ":a.txt", box["out"])).Fails(1, "the folder does not exist");
        (await box.RunAsync("mv", ":d", ":a.txt", box["out"] + "/")).Ok();
        (await box.TreeAsync(":")).ShouldBe(["t/k.txt=k"]);
        File.ReadAllText(box["out/d/e/y.txt"]).ShouldBe("y");
        File.ReadAllText(box["out/a.txt"]).ShouldBe("a");
    }

    [Theory]
    [InlineData("NotFound", "mv", ":nope", ":x")]
    [InlineData("AlreadyExists", "mv", "--no-replace", ":a.txt", ":t/k.txt")]
    [InlineData("PathConflict", "mv", ":other/t", ":")]
    [InlineData("root of a store", "mv", ":", ":t2")]
    [InlineData("NotFound", "rm", ":nope")]
    [InlineData("Add -r", "rm", ":d")]
    [InlineData("Add -f", "rm", "-r", ":")]
    [InlineData("root of a store", "rm", "-rf", "/")]
    public async Task What_cannot_be_is_refused_and_changes_nothing(string expected, params string[] args)
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cp", box["quick.txt"], ":other/t/q.txt")).Ok();
        (await box.RunAsync(args)).Fails(1, expected);
        (await box.TreeAsync(":")).ShouldBe(["a.txt=a", "d/e/y.txt=y", "d/x.txt=x", "other/t/q.txt=quick", "t/k.txt=k"]);
    }

    [Fact]
    public async Task Removes_files_folders_and_whole_stores()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("rm", ":a.txt", ":d/x.txt")).Ok();
        (await box.RunAsync("rm", "-f", ":a.txt")).Ok();
        (await box.TreeAsync(":")).ShouldBe(["d/e/y.txt=y", "t/k.txt=k"]);
        (await box.RunAsync("rm", "-r", ":d")).Ok();
        (await box.TreeAsync(":")).ShouldBe(["t/k.txt=k"]);
        (await box.RunAsync("rm", "-rf", ":")).Ok();
        (await box.TreeAsync(":")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Made_folders_are_listed_and_stay_when_they_are_made_again()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("mkdir", ":new/deep", ":new/deep")).Ok();
        (await box.TreeAsync(":new")).ShouldBe(["deep/"]);
        (await box.RunAsync("mkdir", ":a.txt")).Fails(1, "PathConflict");
    }

    private static async Task<Sandbox> PrepareAsync()
    {
        var box = await Sandbox.CreateAsync();
        _ = Files.Quick(box);
        foreach (var (path, text) in new[] { ("a.txt", "a"), ("d/x.txt", "x"), ("d/e/y.txt", "y"), ("t/k.txt", "k") })
            box.File("in/" + path, text);
        (await box.RunAsync("cp", "-r", box["in/."], ":")).Ok();
        return box;
    }
}
