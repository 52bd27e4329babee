using System.Text.Json;

namespace Cairn.Cli.Tests.Processes;

/// <summary>The real command between pipes.</summary>
public sealed class PipeTests
{
    [Fact]
    public async Task The_lines_of_the_readme_work_as_written()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        for (var i = 0; i < 30; i++)
            box.File($"src/folder{i % 3}/file{i}.cs", $"// {i}");

        var listed = (await box.BashAsync("cairn init && cairn cp -r src :keep/src && cairn ls -r :keep --json | head")).Ok();
        listed.Lines.Length.ShouldBe(11);
        listed.Lines.Skip(1).ShouldAllBe(l => JsonDocument.Parse(l).RootElement.GetProperty("address").GetString()!.StartsWith(":keep/src/", StringComparison.Ordinal));
        (await box.BashAsync("cairn find ':keep/**/*.cs'")).Ok().Lines.Length.ShouldBe(30);
        (await box.BashAsync("cairn mv :keep/src :kept && cairn sync src :kept")).Ok().Output.ShouldContain("Copied 0");
        (await box.BashAsync("cairn rm -r :kept && cairn find ':kept/**'")).Ok().Output.ShouldBe("");
        (await box.BashAsync($"cairn store register second --flavor local --root '{box["other"]}' && cairn cp src/folder0/file0.cs default:a && cairn cp default:a second: && cairn cp second:a 'file://{box["b"]}'")).Ok();
        File.ReadAllText(box["b"]).ShouldBe("// 0");
    }

    [Fact]
    public async Task A_closed_pipe_ends_a_listing_at_once_and_in_peace()
    {
        using var box = await Sandbox.CreateAsync();
        for (var i = 0; i < 3000; i++)
            box.File($"many/a-file-with-a-rather-long-name-{i:00000}.txt", "");
        (await box.BashAsync("cairn ls -r many --json | head -n 1; echo codes ${PIPESTATUS[@]}")).Ok().Lines[^1].ShouldBe("codes 0 0");
        (await box.BashAsync("cairn find 'many/*' | head -c 10 >/dev/null; echo codes ${PIPESTATUS[@]}")).Ok().Output.ShouldBe("codes 0 0\n");
        box.File("big", new string('x', 5_000_000));
        (await box.BashAsync("cairn cat big | head -c 3; echo ' codes' ${PIPESTATUS[@]}")).Ok().Output.ShouldBe("xxx codes 0 0\n");
    }

    [Fact]
    public async Task What_several_commands_write_to_one_file_stands_in_turn()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("one", "1\n");
        box.File("two", "2\n");
        (await box.BashAsync("{ echo first; cairn cat one; cairn cat two; cairn ls one; echo last; } > out; cairn cat one >> out; cat out")).Ok().Output.ShouldBe("first\n1\n2\none\nlast\n1\n");
    }

    [Fact]
    public async Task Standard_input_and_output_are_a_dash()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.ProcessAsync(["cp", "-", ":in.txt"], input: "from a pipe")).Ok();
        (await box.ProcessAsync(["cp", ":in.txt", "-"])).Ok().Output.ShouldBe("from a pipe");
        (await box.BashAsync("head -c 3000000 /dev/urandom | tee copy | cairn cp - :big && cairn cat :big | cmp - copy")).Ok();
        (await box.BashAsync("cairn cp - :empty < /dev/null && cairn stat :empty --json")).Ok().Json[0].GetProperty("length").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_coloured_away_from_a_terminal()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("src/a.txt", "a");
        foreach (var line in new[] { "cairn cp -r src :x", "cairn tree :", "cairn store list", "cairn flavor list", "cairn sync src :y", "cairn --help", "cairn ls nope; true" })
        {
            var result = await box.BashAsync(line);
            (result.Output + result.Error).ShouldNotContain("\u001b");
        }
    }

    [Fact]
    public async Task The_workspace_is_found_upwards_by_the_variable_and_by_the_option()
    {
        using var box = await Sandbox.CreateAsync();
        using var other = await Sandbox.CreateAsync();
        box.File("deep/er/a.txt", "here");
        (await box.BashAsync("cd deep/er && cairn cp a.txt :")).Ok();
        (await box.BashAsync("cairn cat :a.txt")).Ok().Output.ShouldBe("here");
        (await other.BashAsync($"CAIRN_WORKSPACE='{box.Folder}' cairn cat :a.txt")).Ok().Output.ShouldBe("here");
        (await other.BashAsync($"CAIRN_WORKSPACE='{other.Folder}' cairn --workspace '{box.Folder}/.cairn' cat :a.txt")).Ok().Output.ShouldBe("here");
        (await box.BashAsync("CAIRN_WORKSPACE=/nowhere cairn cat :a.txt")).Fails(1, "/nowhere");
    }
}
