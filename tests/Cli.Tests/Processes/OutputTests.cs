namespace Cairn.Cli.Tests.Processes;

/// <summary>An output that fails: a command that changes something ends its work, and is not reported as a success.</summary>
public sealed class OutputTests
{
    [Fact]
    public async Task A_sync_whose_reader_is_gone_copies_everything()
    {
        using var box = await Sandbox.CreateAsync();
        for (var i = 0; i < 2500; i++)
            box.File($"big/a-file-with-a-rather-long-name-{i:00000}.txt", "");
        (await box.BashAsync("cairn sync big kept | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}; find kept -type f | wc -l")).Ok().Lines.ShouldBe(["141", "2500"]);
    }

    [Fact]
    public async Task An_output_that_is_full_or_closed_is_an_error_and_no_crash()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        using var box = await Sandbox.CreateAsync();
        box.File("src/a.txt", "a");
        foreach (var output in new[] { "> /dev/full", ">&-" })
        {
            (await box.BashAsync($"cairn ls src {output}")).Fails(1, "Cannot write to standard output");
            (await box.BashAsync($"cairn cat src/a.txt {output}")).Fails(1, "Cannot write to standard output");
            (await box.BashAsync($"cairn sync src kept {output}")).Fails(1, "Cannot write to standard output");
            File.ReadAllText(box["kept/a.txt"]).ShouldBe("a");
            Directory.Delete(box["kept"], recursive: true);
            (await box.BashAsync($"cairn cp src/a.txt copy {output}")).Ok();
            File.ReadAllText(box["copy"]).ShouldBe("a");
            (await box.BashAsync($"cairn --help {output}")).Code.ShouldBe(1);
        }
        (await box.BashAsync("cairn ls nope 2>&-; echo $?")).Output.ShouldBe("1\n");
    }
}
