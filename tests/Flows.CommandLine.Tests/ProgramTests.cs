using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.CommandLine.Tests;

/// <summary>The commands of a program of flows.</summary>
public sealed class ProgramTests
{
    private static Flow<TrainState> Train { get; } = Flow.Of<TrainState>("Train")
        .Step("load", (s, step) => (s.Rates, s.Note) = ([1, 2, 3], step.Parameter("note", "none").ToString()))
        .ForEach("fit", s => s.Rates, (s, rate, step) =>
        {
            if (rate == step.Parameter("fails", 0).AsInteger())
                throw new InvalidDataException($"bad rate; {(step.Parameter("hides", false).AsBoolean() ? step.Secret("secret") : "no secret")}");
            s.Score = rate * 10;
        }, new() { Key = r => $"r{r}", Parallelism = 1 })
        .Join("pick", (s, inputs, _) => s.Score = inputs.Sum(i => i.Score));

    private static Flow<TrainState> Lenient { get; } = Flow.Of<TrainState>("Lenient")
        .ForEach("fit", _ => (int[])[1, 2, 3], (s, rate, _) => s.Score = rate == 2 ? throw new InvalidDataException("two") : rate, new() { OnFailure = ForEachFailure.Continue })
        .Step("test", (s, _) => s.Note = "tested")
        .Join("pick", (s, inputs, step) => s.Score = inputs.Sum(i => i.Score) + (100 * inputs.Failed.Count));

    private static Flow<TrainState> Spread { get; } = Flow.Of<TrainState>("Spread")
        .Step("load", (s, step) => (s.Rates, s.Score) = ([1, 2, 3], 10))
        .ForEach("fit", s => s.Rates, (s, rate, step) => s.Score *= rate, new() { Key = r => $"r/{r}", RunsElsewhere = true })
        .Join("pick", (s, inputs, _) => s.Score = inputs.Sum(i => i.Score));

    [Fact]
    public async Task A_run_is_recorded_with_typed_parameters_and_tags()
    {
        using var box = new Box(Train);
        var answer = (await box.RunAsync("run", "--set", "note=007", "--set", "n=7", "--set", "rate=-0.5", "--set", "on=true", "--set", "text=a=b", "--tag", "first", "--user", "u:ada", "--json")).Ok();
        var run = answer.Json.Single();
        (run.GetProperty("flow").GetString(), run.GetProperty("status").GetString(), run.GetProperty("createdBy").GetString()).ShouldBe(("Train", "Succeeded", "u:ada"));
        run.GetProperty("tags")[0].GetString().ShouldBe("first");
        run.GetProperty("parameters").GetRawText().ShouldBe("""{"note":"007","n":7,"rate":-0.5,"on":true,"text":"a=b"}""");
        answer.Error.ShouldNotContain("note: no step has read the parameter 'note'");
        answer.Error.ShouldContain("note: no step has read the parameter 'text'; the steps have read fails, note");
        (await box.ReadAsync(async c => await (await c.Runs.GetAsync("Train/latest", cancellationToken: Box.Cancel))["pick"].Task.Data.GetAsync<int>("Score", Box.Cancel))).ShouldBe(60);
    }

    [Fact]
    public async Task Without_a_terminal_a_line_shows_each_step_that_has_ended()
    {
        using var box = new Box(Train);
        var answer = (await box.RunAsync("run", "Train")).Ok();
        var reference = answer.Lines.Single().Split(' ')[0];
        answer.Lines.Single().ShouldMatch($"^{reference} succeeded in [0-9.]+ s: 5 tasks ran$");
        var lines = answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(l => l.Split(',')[0]).ShouldBe([$"{reference} has begun", $"{reference} load: 1/1", $"{reference} fit: 3/3", $"{reference} pick: 1/1"]);
    }

    [Fact]
    public async Task A_dry_run_saves_nothing()
    {
        using var box = new Box(Train);
        (await box.RunAsync("run", "--dry-run")).Ok();
        Directory.Exists(Path.Join(box.Store, "artifacts", "blobs")).ShouldBeFalse();
        (await box.ReadAsync(async c => (await c.Flow("Train").LatestAsync(Box.Cancel)) is { IsDryRun: true, Status: RunStatus.Succeeded })).ShouldBeTrue();
        (await box.ReadAsync(async c => await c.Flow("Train").LatestSuccessfulAsync(Box.Cancel) is null)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_step_that_fails_is_named_with_its_error_and_the_run_is_resumed()
    {
        using var box = new Box(Train);
        Environment.SetEnvironmentVariable("TRAINER_SECRET", "hunter2");
        var failed = (await box.RunAsync("run", "--set", "fails=2", "--set", "hides=true", "--secret", "secret=env:TRAINER_SECRET", "--verbose")).Error;
        var reference = failed.Split(' ')[0];
        failed.ShouldContain($"trainer: the run {reference} failed in fit/r2: InvalidDataException: bad rate; ***. Resume it with 'trainer resume {reference}'.");
        failed.ShouldContain("at Flows.CommandLine.Tests.ProgramTests");
        failed.ShouldNotContain("hunter2");
        (await box.RunAsync("run", "--set", "fails=2", "--dry-run")).Fails(1, "failed in fit/r2").Error.ShouldNotContain("Resume");

        var plan = (await box.RunAsync("resume", reference, "--plan", "--set", "fails=0", "--json")).Ok().Json;
        plan.Select(p => (p.GetProperty("step").GetString(), p.GetProperty("takenOver").GetInt32(), p.GetProperty("run").GetInt32())).ShouldBe([("load", 1, 0), ("fit", 0, 3), ("pick", 0, 1)]);
        (await box.RunAsync("resume", reference, "--plan")).Ok().Lines[1].ShouldBe("fit  1 taken over, 2 to run: it has failed (1); it has not run (1)");
        (await box.RunAsync("resume", reference)).Fails(1, "failed in fit/r2");
        (await box.RunAsync("resume", reference, "--set", "fails=0", "--tag", "again")).Ok().Lines.Single().ShouldEndWith(": 4 tasks ran, 1 taken over");
        (await box.RunAsync("resume", "Train/latest", "--from", "pick", "--json")).Ok().Json.Single().GetProperty("status").GetString().ShouldBe("Succeeded");
        // Of all runs with one key, one takes place.
        var keyed = (await box.RunAsync("run", "--key", "k", "--json")).Ok().Json.Single().GetProperty("reference").GetString();
        (await box.RunAsync("run", "--key", "k")).Ok().Lines.Single().ShouldBe($"{keyed} was begun before with this key: it is Succeeded");
        (await box.RunAsync("run", "--key", "k", "--set", "fails=1")).Fails(1, "the key 'k' was used for a run of another flow or with other parameters");
        (await box.RunAsync("run", "--key", "f", "--set", "fails=1")).Fails(1, "failed in fit/r1");
        (await box.RunAsync("run", "--key", "f", "--set", "fails=1")).Code.ShouldBe(1);
        (await box.RunAsync("run", "--set", "fails=1", "--json")).Fails(1, "failed in fit/r1").Json.Single().GetProperty("status").GetString().ShouldBe("Failed");
    }

    [Fact]
    public async Task A_foreach_that_goes_on_counts_its_failures()
    {
        using var box = new Box(Lenient);
        var answer = (await box.RunAsync("run")).Ok();
        answer.Lines.Single().ShouldEndWith(": 5 tasks ran, 1 failed");
        answer.Error.ShouldContain(" fit: 3/3, 1 failed");
        answer.Error.ShouldContain(" test: 2/3");
        answer.Error.Split('\n').Count(l => l.Contains(" test: ", StringComparison.Ordinal)).ShouldBe(1, answer.Error);
        (await box.ReadAsync(async c => await (await c.Runs.GetAsync("Lenient/latest", cancellationToken: Box.Cancel))["pick"].Task.Data.GetAsync<int>("Score", Box.Cancel))).ShouldBe(104);
    }

    [Fact]
    public async Task Other_processes_run_the_items_that_are_left()
    {
        using var box = new Box(Spread, Train);
        var running = box.RunAsync("run", "Spread");
        Answer items;
        while ((items = await box.RunAsync("items", "Spread/latest", "fit")).Code != 0)
            await Task.Delay(20, Box.Cancel);
        items.Lines.ShouldBe(["r%2F1", "r%2F2", "r%2F3"]);
        (await box.RunAsync("task", "Spread/latest", "fit", "r%2F2", "--json")).Ok().Json.Single().GetProperty("status").GetString().ShouldBe("Succeeded");
        (await box.RunAsync("items", "Spread/latest", "fit", "--json")).Ok().Json.Select(i => i.GetProperty("item").GetString()).ShouldBe(["r%2F1", "r%2F3"]);
        (await box.RunAsync("task", "Spread/latest", "fit", "r%2F9")).Fails(1, "the step 'fit' has no item 'r%2F9'", "It has 3 items, such as 'r%2F1'.");
        (await box.RunAsync("task", "Spread/latest", "pick", "r%2F1")).Fails(1, "the flow has no foreach 'pick'", "It has fit.");
        (await box.RunAsync("task", "Spread/zzzzzzzz", "fit", "r%2F1")).Fails(1, "no run 'zzzzzzzz'");
        foreach (var item in (string[])["r%2F1", "r%2F1", "r%2F3"])
            (await box.RunAsync("task", "Spread/latest", "fit", item)).Ok().Output.ShouldEndWith($"/fit/{item} succeeded\n");
        (await running).Ok();
        (await box.RunAsync("task", "Spread/latest", "fit", "r%2F1")).Ok().Output.ShouldEndWith("/fit/r%2F1 succeeded\n");
        (await box.RunAsync("items", "Spread/latest", "fit")).Ok().Output.ShouldBe("");
        (await box.ReadAsync(async c => await (await c.Runs.GetAsync("Spread/latest", cancellationToken: Box.Cancel))["pick"].Task.Data.GetAsync<int>("Score", Box.Cancel))).ShouldBe(60);
    }

    [Fact]
    public async Task The_list_shows_flows_and_steps()
    {
        using var box = new Box(Train, Spread);
        (await box.RunAsync("list")).Ok().Output.ShouldBe("""
            Train
              load
              fit (for each item; after load)
              pick (join; after fit)
            Spread
              load
              fit (for each item; in other processes; after load)
              pick (join; after fit)

            """);
        var steps = (await box.RunAsync("list", "--json")).Ok().Json[1].GetProperty("steps");
        (steps[1].GetProperty("kind").GetString(), steps[1].GetProperty("elsewhere").GetBoolean(), steps[2].GetProperty("after")[0].GetString()).ShouldBe(("foreach", true, "fit"));
    }

    [Fact]
    public async Task A_wrong_command_line_runs_nothing()
    {
        using var box = new Box(Train, Spread);
        (await box.RunAsync("run", "Trian")).Fails(2, "no flow 'Trian'", "It has Train, Spread.");
        (await box.RunAsync("run")).Fails(2, "several flows: Train, Spread", "FLOW");
        (await box.RunAsync("resume")).Fails(2, "several flows", "--flow");
        (await box.RunAsync("run", "Train", "--set", "novalue")).Fails(2, "--set takes NAME=VALUE, but the value is 'novalue'");
        (await box.RunAsync("run", "Train", "--nix")).Fails(2, "'--nix'");
        (await box.RunAsync("fly")).Fails(2, "fly");
        (await box.RunAsync("task", "no reference", "fit", "1")).Fails(2);
        (await box.RunAsync("run", "Train", "--secret", "s=plain")).Fails(2, "env:");
        Directory.Exists(Path.Join(box.Store, "artifacts")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_or_a_step_that_does_not_exist_is_named()
    {
        using var box = new Box(Train);
        (await box.RunAsync("resume")).Fails(1, "there is no catalog", "'trainer run'");
        Directory.Exists(box.Store).ShouldBeFalse();
        (await box.RunAsync("run")).Ok();
        (await box.RunAsync("resume")).Fails(1, "no run of the flow has ended without success");
        (await box.RunAsync("resume", "Train/latest", "--from", "fitt")).Fails(1, "no step 'fitt'", "It has load, fit, pick.");
        (await box.RunAsync("resume", "Nix/latest")).Fails(1, "Nix");
        using var other = new Box(Lenient);
        (await other.RunAsync("resume", "Train/latest", "--store", box.Store)).Fails(1, "one of the flow 'Train', which this program does not have", "It has Lenient.");
    }

    [Fact]
    public async Task A_template_gives_the_flow_and_its_parameters()
    {
        using var box = new Box(Train, Spread);
        await box.ReadAsync(c => c.Templates.SaveAsync(new("nightly/small", "Train") { Parameters = new Dictionary<string, MetadataValue> { ["note"] = "007", ["fails"] = 3 } }, Box.Cancel));
        (await box.RunAsync("run", "--template", "nightly/small")).Fails(1, "failed in fit/r3");
        var run = (await box.RunAsync("run", "--template", "nightly/small", "--set", "fails=0", "--json")).Ok().Json.Single();
        run.GetProperty("parameters").GetRawText().ShouldBe("""{"fails":0,"note":"007"}""");
        (await box.RunAsync("run", "Spread", "--template", "nightly/small")).Fails(2, "Omit FLOW");
        (await box.RunAsync("run", "--template", "nix")).Fails(1, "there is no template 'nix'");
    }

    [Fact]
    public async Task Flows_of_a_program_have_different_names() =>
        (await Should.ThrowAsync<ArgumentException>(() => FlowProgram.RunAsync(["list"], Train, Train))).Message.ShouldContain("'Train'");
}
