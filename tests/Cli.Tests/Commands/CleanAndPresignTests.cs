namespace Cairn.Cli.Tests.Commands;

public sealed class CleanAndPresignTests
{
    [Fact]
    public async Task Left_overs_are_listed_and_then_removed_and_files_stay()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "work", "--root", box["work"])).Ok();
        (await box.RunAsync("cp", Files.Quick(box), "work:kept.txt")).Ok();
        box.File("work/.cairn-tmp-0123456789abcdef-gone.bin", "dead");

        (await box.RunAsync("store", "clean", "work")).Ok().Output.ShouldBe("Removed 0 interrupted uploads.\n");
        var found = (await box.RunAsync("store", "clean", "work", "--older-than", "0s", "--dry-run")).Ok().Lines;
        found.Length.ShouldBe(2);
        found[0].ShouldEndWith("gone.bin");
        found[1].ShouldBe("Found 1 interrupted upload.");
        (await box.RunAsync("store", "clean", "work", "--older-than", "0s", "--json")).Ok().Json.Single().GetProperty("removed").GetBoolean().ShouldBeTrue();
        (await box.RunAsync("store", "clean", "work", "--older-than", "0s")).Ok().Output.ShouldBe("Removed 0 interrupted uploads.\n");
        (await box.TreeAsync("work:")).ShouldBe(["kept.txt=quick"]);
    }

    [Fact]
    public async Task What_cannot_be_presigned_says_so()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "scratch", "--root", "mem://scratch")).Ok();
        (await box.RunAsync("presign", "scratch:file")).Fails(1, "presign");
        (await box.RunAsync("presign", "scratch:")).Fails(1, "it is a folder");
    }

    [Theory]
    [InlineData("presign", ":file", "--expires", "soon")]
    [InlineData("presign", ":file", "--expires", "0s")]
    [InlineData("store", "clean", "default", "--older-than", "old")]
    public async Task A_duration_that_is_none_is_misuse(params string[] args)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync(args)).Fails(2, "duration");
    }
}
