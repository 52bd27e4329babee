using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Runs;

/// <summary>Records of runs, as a writer publishes them.</summary>
internal sealed class RunSample
{
    private readonly TimeProvider _time;
    private readonly RecordSource _source;

    public RunSample(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Ids = new(_time);
        _source = new(_time, "u:ada", Ids);
    }

    public RecordId Ids { get; }

    /// <summary>Gets the records that were made, in order.</summary>
    public List<Record> Records { get; } = [];

    public static BlobDigest Digest(int number) => BlobDigest.Parse($"sha256:{number:x64}");

    public RunRecord NewRun(string flow = "Train", string parameters = "{}") => new(Ids.Next(), flow, RunStatus.Running, Now) { Parameters = JsonNode.Parse(parameters)!.AsObject() };

    public RunRecord Add(RunRecord run)
    {
        Records.Add(run.ToRecord(_source));
        return run;
    }

    public RunRecord End(RunRecord run, RunStatus status = RunStatus.Succeeded) => Add(run with { Status = status, FinishedAt = Now });

    public TaskRecord NewTask(RunRecord run, string step, string? item = null, int order = 0) =>
        new(run.RunId, Ids.Next(), step) { Item = item, Order = order, Index = item is null ? null : 0, Status = RunStatus.Running, StartedAt = Now };

    public TaskRecord Add(TaskRecord task)
    {
        Records.Add(task.ToRecord(_source));
        return task;
    }

    public TaskRecord End(TaskRecord task, RunStatus status = RunStatus.Succeeded) => Add(task with { Status = status, FinishedAt = Now });

    public void Progress(TaskRecord task) => Records.Add(task.ToProgress(_source));

    public void Tag(RunRecord run, string[] add, string[] remove)
    {
        var node = _source.Begin("run", run.RunId.ToString(), ("add", RecordValues.Array(add)), ("remove", RecordValues.Array(remove)));
        node["kind"] = "run-tag";
        node["id"] = Ids.Next().ToString();
        Records.Add(Record.Create(node));
    }

    /// <summary>Runs with everything that records can say.</summary>
    public void Fill()
    {
        for (var i = 0; i < 3; i++)
        {
            var run = Add(NewRun(i == 1 ? "team/Score" : "Train", $$"""{"seed":{{i}},"lr":0.1,"model":{"depth":3,"kind":"tree"},"cities":["Oslo","Rome"],"token":{"$secret":"env:TOKEN"},"none":null,"fast":true}"""));
            Tag(run, ["nightly", "old"], []);
            var load = End(Add(NewTask(run, "load")) with
            {
                Inputs = [new("raw", "input", Digest(1)) { AssetId = Guid.CreateVersion7(), Version = 2 }, new("x", "training", Digest(2))],
                Outputs = new Dictionary<string, BlobDigest?> { ["table"] = Digest(3) },
                State = new Dictionary<string, BlobDigest?> { ["Data"] = Digest(4) },
                Exports = [new("summary", $"exports/{i}/summary.md", 12, "text/markdown", Digest(9), "\"e\"")],
                CacheKey = $"{i:x64}",
            });
            var failed = Add(NewTask(run, "fit", "a/3", 1) with { Base = load.TaskId });
            Progress(failed with { Metrics = Metrics(0.5) });
            Progress(failed with { Checkpoint = Digest(7) });
            End(failed with { Error = new("System.Exception", "no"), Cause = "own exception" }, RunStatus.Failed);
            var retried = Add(NewTask(run, "fit", "a/3", 1) with { Base = load.TaskId, Attempt = 2, Metrics = Metrics(0.1) });
            Progress(retried with { Metrics = Metrics(0.2) });
            Tag(run, ["best"], ["old"]);
            if (i == 2)
                continue;
            End(retried with
            {
                Inputs = [new("Data", "input", Digest(4)) { TaskId = load.TaskId, Output = "Data" }],
                State = new Dictionary<string, BlobDigest?> { ["Model"] = Digest(5 + i), ["Data"] = null },
                Metrics = Metrics(0.9 + (i / 100.0)),
            });
            End(run with { Steps = [new("load", StepKind.Step, []), new("fit", StepKind.ForEach, ["load"])], Environment = new() { ["framework"] = ".NET" } });
        }
    }

    private DateTimeOffset Now => _time.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : default;

    private static Dictionary<string, MetricRecord> Metrics(double last) => new() { ["accuracy"] = new(last, 0, last, 2, 1), ["loss"] = new(double.NaN, 0.5, double.PositiveInfinity, 2, 1) };
}
