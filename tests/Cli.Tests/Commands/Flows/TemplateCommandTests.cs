using System.Reflection;
using Cairn.Cli.Commands;

namespace Cairn.Cli.Tests.Commands.Flows;

/// <summary><c>cairn template</c>.</summary>
public sealed class TemplateCommandTests
{
    private const string Content = """{"description":"four ranges","flow":"Count","format":1,"parameters":{"ranges":4,"text":"007","token":{"$secret":"env:TOKEN"}}}""";

    [Fact]
    public async Task A_template_is_a_file_that_is_never_replaced_silently()
    {
        using var box = await Sandbox.CreateAsync();
        string[] save = ["template", "save", "nightly/four", "--flow", "Count", "--set", "text=007", "--set", "ranges=4", "--secret", "token=env:TOKEN", "--description", "four ranges"];
        (await box.RunAsync(save)).Ok().Output.ShouldBe("nightly/four saved\n");
        (await box.RunAsync("cat", ":library/templates/nightly/four.json")).Ok().Output.ShouldBe(Content);
        (await box.RunAsync(save)).Fails(1, "there is a template 'nightly/four' already (AlreadyExists). Use --replace");
        (await box.RunAsync("template", "save", "nightly/four", "--flow", "Count", "--replace", "--json")).Ok().Json.Single().GetProperty("change").GetString().ShouldBe("save");
        var shown = (await box.RunAsync("template", "show", "nightly/four", "--json")).Ok().Json.Single();
        shown.GetRawText().ShouldBe("""{"name":"nightly/four","flow":"Count","parameters":{},"secrets":{}}""");
        (await box.RunAsync("template", "save", "new", "--flow", "Count", "--replace")).Ok().Output.ShouldBe("new saved\n");
    }

    [Fact]
    public async Task Templates_are_listed_shown_completed_and_deleted()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("template", "list")).Ok().Output.ShouldBe("");
        (await box.RunAsync("template", "save", "b", "--flow", "Train", "--set", "rate=0.5", "--secret", "token=env:TOKEN", "--description", "half")).Ok();
        (await box.RunAsync("template", "save", "a/c", "--flow", "Count")).Ok();
        (await box.RunAsync("template", "list")).Ok().Lines.Select(l => l.Trim()).ShouldBe(["a/c  Count", "b    Train  half"]);
        (await box.RunAsync("template", "list", "--json")).Ok().Json.Select(t => t.GetProperty("name").GetString()).ShouldBe(["a/c", "b"]);
        (await box.RunAsync("template", "show", "b")).Ok().Lines.ShouldBe(["name         b", "flow         Train", "description  half", "parameter    rate=0.5", "secret       token=env:TOKEN"]);
        (await box.RunAsync("complete", "cairn template show a")).Ok().Lines.ShouldBe(["a/c"]);
        (await box.RunAsync("template", "delete", "b")).Ok().Output.ShouldBe("b deleted\n");
        (await box.RunAsync("template", "delete", "b")).Fails(1, "there is no template 'b'");
        (await box.RunAsync("template", "show", "b")).Fails(1, "there is no template 'b'");
        box.File(".cairn/store/library/templates/bad.json", "{}");
        (await box.RunAsync("template", "list")).Fails(1, "the file is not a template: it has no format").Lines.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("a//b")]
    [InlineData("con")]
    [InlineData("a?")]
    [InlineData("../a")]
    public async Task Names_are_those_of_assets_and_of_files(string name)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("template", "save", name, "--flow", "Count")).Fails(1, "cannot name");
        (await box.TreeAsync(":")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_template_is_run_by_the_program_of_its_flow()
    {
        using var box = await Sandbox.CreateAsync();
        var program = typeof(TemplateCommandTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Spread").Value!;
        (await box.RunAsync("template", "save", "four", "--flow", "Count", "--set", "ranges=4", "--set", "pause=0")).Ok();
        var run = (await box.ProcessAsync(["template", "run", "four", "--program", program, "--set", "ranges=1", "--json"])).Ok().Json.Single();
        run.GetProperty("parameters").GetRawText().ShouldBe("""{"ranges":1,"pause":0}""");
        (await box.ProcessAsync(["template", "run", "nix", "--program", program])).Fails(1, "there is no template 'nix'");
        (await box.RunAsync("template", "run", "four")).Fails(2, "$" + FlowProgramOptionSet.ProgramVariable);
    }
}
