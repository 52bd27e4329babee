namespace Cairn.Cli.Tests.Processes;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("cairn st", "stat", "store")]
    [InlineData("cairn store re", "register", "remove", "rename")]
    [InlineData("cairn ls --j", "--json")]
    [InlineData("cairn store describe ", "default", "depot")]
    [InlineData("cairn store describe dep", "depot")]
    [InlineData("cairn store register x --flavor m", "memory")]
    [InlineData("cairn ls :", ":a.txt", ":d/")]
    [InlineData("cairn ls :d", ":d/")]
    [InlineData("cairn ls :d/", ":d/with space", ":d/x.txt")]
    [InlineData("cairn cp :a.txt dep", "depot:")]
    [InlineData("cairn cp :a.txt depot:k", "depot:k.txt")]
    [InlineData("cairn cat nowhere:")]
    [InlineData("cairn cat :d/../")]
    public async Task Words_are_completed(string line, params string[] expected)
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("complete", line)).Ok().Lines.ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task An_empty_word_offers_stores_and_local_files()
    {
        using var box = await PrepareAsync();
        var offered = (await box.ProcessAsync(["complete", "cairn cp "])).Ok().Lines;
        offered.ShouldBe([":", "default:", "depot:", "in/", "far/"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("cairn sto", "store")]
    [InlineData("cairn ls :d/x", "d/x.txt")]
    [InlineData("cairn ls :d/w", @"d/with\ space")]
    [InlineData("cairn ls depot:k", "k.txt")]
    [InlineData("cairn ls in/", "in/a.txt", "in/d/")]
    public async Task The_bash_script_completes(string line, params string[] expected)
    {
        using var box = await PrepareAsync();
        var script = $$"""
            source <(cairn completion bash)
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(cairn); COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
            _cairn; printf '%s\n' "${COMPREPLY[@]}"
            """;
        (await box.BashAsync(script)).Ok().Lines.ShouldBe(expected, ignoreOrder: true);
        (await box.BashAsync("source <(cairn completion bash); complete -p cairn")).Ok().Output.ShouldContain("_cairn");
    }

    [Theory]
    [InlineData("cairn asset load model@", "candidate", "latest")]
    [InlineData("cairn asset load model@c", "candidate")]
    [InlineData("cairn asset load model:", "1")]
    [InlineData("cairn asset load mo", "model")]
    [InlineData("cairn load model@l", "latest")]
    public async Task The_bash_script_completes_references_although_bash_breaks_words_in_them(string line, params string[] expected)
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("asset", "save", box["in/a.txt"], "--name", "model", "--alias", "candidate")).Ok();
        (await box.RunAsync("catalog", "sync")).Ok();
        var script = $$"""
            source <(cairn completion bash)
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(cairn); COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
            _cairn; printf '%s\n' "${COMPREPLY[@]}"
            """;
        (await box.BashAsync(script)).Ok().Lines.ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task The_fish_script_completes()
    {
        using var box = await PrepareAsync();
        Assert.SkipUnless((await box.BashAsync("command -v fish")).Code == 0, "fish is not installed.");
        box.File("script", (await box.RunAsync("completion", "fish")).Ok().Output);
        var fish = $"function cairn; dotnet '{Path.Join(AppContext.BaseDirectory, "Cairn.Cli.dll")}' $argv; end; source script; complete -C 'cairn ls :d/x'; complete -C 'cairn store desc'";
        (await box.BashAsync($"fish -c \"{fish.Replace("$", "\\$", StringComparison.Ordinal)}\"")).Ok().Lines.ShouldBe([":d/x.txt", "describe"]);
    }

    [Fact]
    public async Task The_zsh_script_is_sound()
    {
        using var box = await PrepareAsync();
        box.File("script", (await box.RunAsync("completion", "zsh")).Ok().Output);
        Assert.SkipUnless((await box.BashAsync("command -v zsh")).Code == 0, "zsh is not installed.");
        (await box.BashAsync("zsh -n script")).Ok();
    }

    [Fact]
    public async Task Another_shell_is_misuse()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("completion", "tcsh")).Fails(2, "tcsh");
    }

    private static async Task<Sandbox> PrepareAsync()
    {
        var box = await Sandbox.CreateAsync();
        foreach (var path in new[] { "a.txt", "d/x.txt", "d/with space" })
            box.File("in/" + path, path);
        (await box.RunAsync("cp", "-r", box["in/."], ":")).Ok();
        (await box.RunAsync("store", "register", "depot", "--root", box["far"])).Ok();
        (await box.RunAsync("cp", box["in/a.txt"], "depot:k.txt")).Ok();
        return box;
    }
}
