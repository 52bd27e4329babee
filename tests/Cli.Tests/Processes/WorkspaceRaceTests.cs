namespace Cairn.Cli.Tests.Processes;

public sealed class WorkspaceRaceTests
{
    [Fact]
    public async Task Processes_that_register_at_once_lose_nothing()
    {
        using var box = await Sandbox.CreateAsync();
        var names = Enumerable.Range(0, 8).Select(i => $"store-{i}").ToArray();

        var results = await Task.WhenAll(names.Select(n => box.ProcessAsync(["store", "register", n, "--root", box[n]])));

        foreach (var result in results)
            result.Ok();
        (await box.RunAsync("store", "list", "--json")).Ok().Json.Select(s => s.GetProperty("name").GetString()).ShouldBe(["default", .. names]);
    }

    [Fact]
    public async Task Of_processes_that_register_one_name_exactly_one_wins()
    {
        using var box = await Sandbox.CreateAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => box.ProcessAsync(["store", "register", "one", "--root", box[$"root-{i}"]])));

        results.Count(r => r.Code == 0).ShouldBe(1);
        foreach (var result in results.Where(r => r.Code != 0))
            result.Fails(1, "AlreadyExists");
        var winner = Array.FindIndex(results, r => r.Code == 0);
        (await box.RunAsync("store", "describe", "one")).Ok().Output.ShouldContain(box[$"root-{winner}"]);
    }

    [Fact]
    public async Task Processes_that_make_one_workspace_at_once_make_one()
    {
        using var box = await Sandbox.CreateAsync(init: false);
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => box.ProcessAsync(["init"])));
        results.Count(r => r.Ok().Output.StartsWith("Created", StringComparison.Ordinal)).ShouldBe(1);
    }
}
