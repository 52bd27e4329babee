using Cairn;
using Cairn.Catalog;
using Cairn.Flows;

namespace Flows.Tests.Engine;

/// <summary>What a run has learned, applied to new data.</summary>
public sealed class ReplayTests : FlowTest
{
    private static readonly StepOptions _replayed = new() { Replay = true };

    private readonly List<string> _ran = [];

    /// <summary>Learns a rate, and applies it to rows.</summary>
    private Flow<TuneState> Predict => Flow.Of<TuneState>("Predict")
        .Step("load", (s, step) => (s.Rates, s.Rows) = ([1, 2], 10))
        .Step("fit", (s, step) =>
        {
            Ran(step);
            s.Accuracy = s.Rates.Sum();
        })
        .Step("apply", (s, step) =>
        {
            Ran(step);
            s.Note = $"{s.Rows * s.Accuracy} {step.Parameter("unit", "m").AsText()}";
        }, _replayed)
        .ForEach("split", s => s.Rates, (s, rate, step) =>
        {
            Ran(step);
            s.Model = $"{rate * s.Rows}";
        }, new() { Replay = true, Parallelism = 1 })
        .Join("join", (s, inputs, step) => s.Log = [.. inputs.Select(i => int.Parse(i.Model, System.Globalization.CultureInfo.InvariantCulture))])
        .Step("report", (s, step) => Ran(step));

    [Fact]
    public async Task Only_marked_steps_run_with_the_artifacts_of_the_run_and_the_new_input()
    {
        var first = RunReference.OfRun(await Predict.RunAsync(Catalog, new() { Parameters = { ["unit"] = "km" } }, Cancel));
        _ran.Clear();
        var id = await Predict.ReplayAsync(Catalog, first, s => (s.Rows, s.Rates) = (7, [5]), cancellationToken: Cancel);
        _ran.ShouldBe(["apply", "split/0"]);
        var run = await Catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel);
        (run.Flow, run.Status, string.Join(' ', run.Steps.Select(s => s.Name))).ShouldBe(("Predict-replay", RunStatus.Succeeded, "replay apply split join"));
        run.Origin.ShouldBe((await Catalog.Runs.GetAsync(first, cancellationToken: Cancel)).Id);
        (await run["apply"].Task.Data.GetAsync<string>("Note", Cancel)).ShouldBe("21 km");
        (await run["join"].Task.Data.GetAsync<List<int>>("Log", Cancel)).ShouldBe([35]);
        // What nobody has set anew is that of the run, and the input says which task made it.
        (await run["join"].Task.Data.GetAsync<double>("Accuracy", Cancel)).ShouldBe(3);
        var origin = await Catalog.Runs.GetAsync(first, cancellationToken: Cancel);
        run["apply"].Task.Inputs.Single(i => i.Name == "Accuracy").TaskId.ShouldBe(origin["fit"].Task.Id);
        (await Catalog.Flow("Predict").LatestSuccessfulAsync(Cancel))!.Id.ShouldBe(origin.Id);
    }

    [Fact]
    public async Task Another_flow_a_flow_without_marks_and_a_dry_run_are_refused()
    {
        var other = Flow.Of<TuneState>("Other").Step("a", (s, _) => s.Rows = 1);
        var run = RunReference.OfRun(await other.RunAsync(Catalog, cancellationToken: Cancel));
        (await Should.ThrowAsync<StoreException>(() => Predict.ReplayAsync(Catalog, run, _ => { }, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await Should.ThrowAsync<InvalidOperationException>(() => other.ReplayAsync(Catalog, run, _ => { }, cancellationToken: Cancel))).Message.ShouldContain("has no step that can be replayed");
        var inside = Flow.Of<TuneState>("Inside").ForEach("split", _ => new[] { 1, 2 }, (_, _, _) => { }).Step("inner", (_, _) => { }, _replayed).Join("join", (_, _, _) => { });
        (await Should.ThrowAsync<InvalidOperationException>(() => inside.ReplayAsync(Catalog, run, _ => { }, cancellationToken: Cancel))).Message.ShouldContain("'inner'");
        await Should.ThrowAsync<ArgumentException>(() => Predict.ReplayAsync(Catalog, run, _ => { }, new() { SaveArtifacts = false }, Cancel));
        await Should.ThrowAsync<ArgumentException>(() => other.ResumeAsync(Catalog, run, options: new() { SaveArtifacts = false }, cancellationToken: Cancel));
    }

    private void Ran(StepContext step)
    {
        lock (_ran)
            _ran.Add($"{step.Step}{(step.Item is null ? "" : "/" + step.Item)}");
    }
}
