using Cairn;
using Cairn.Catalog;
using Cairn.Catalog.Index;
using Cairn.Catalog.RunRecords;

namespace Catalog.Tests.Runs;

public sealed class RunListTests
{
    private static readonly Dictionary<string, MetricRecord> _none = [];

    [Fact]
    public async Task Lists_select_by_flow_status_tag_time_parameter_and_metric()
    {
        await using var box = await RunBox.OpenAsync();
        List<RunRecord> runs = [];
        for (var i = 0; i < 6; i++)
        {
            var run = box.Sample.Add(box.Sample.NewRun(i % 2 == 0 ? "Train" : "Score", $$$"""{"seed":{{{i}}},"lr":0.{{{i}}},"site":{"city":"{{{(i < 3 ? "Oslo" : "Rome")}}}"}}"""));
            box.Sample.End(box.Sample.NewTask(run, "fit") with { Metrics = new Dictionary<string, MetricRecord> { ["accuracy"] = new(i == 5 ? double.NaN : 0.9, 0, 1, 1, 0) } }, RunStatus.Failed);
            box.Sample.End(box.Sample.NewTask(run, "fit") with { Attempt = 2, Metrics = i == 1 ? _none : new Dictionary<string, MetricRecord> { ["accuracy"] = new(i / 10.0, 0, 1, 1, 0) } });
            runs.Add(box.Sample.End(run, i == 3 ? RunStatus.Failed : RunStatus.Succeeded));
            if (i > 1)
                box.Sample.Tag(run, ["late"], []);
            await Task.Delay(3);
        }
        box.Sample.Tag(runs[5], [], ["late"]);
        await box.PublishAsync();

        (await SeedsAsync(new())).ShouldBe("5 4 3 2 1 0");
        (await SeedsAsync(new() { Flow = "train" })).ShouldBe("4 2 0");
        (await SeedsAsync(new() { Flow = "Tr" })).ShouldBe("");
        (await SeedsAsync(new() { Status = RunStatus.Succeeded })).ShouldBe("5 4 2 1 0");
        (await SeedsAsync(new() { Status = RunStatus.Succeeded, Flow = "Score" })).ShouldBe("5 1");
        (await SeedsAsync(new() { Tag = "late" })).ShouldBe("4 3 2");
        (await SeedsAsync(new() { Tag = "late", Flow = "Train", Status = RunStatus.Succeeded })).ShouldBe("4 2");
        (await SeedsAsync(new() { Parameters = [new("seed", MetadataComparison.Greater, 1), new("lr", MetadataComparison.Less, 0.4)] })).ShouldBe("3 2");
        (await SeedsAsync(new() { Parameters = [new("site.city", MetadataComparison.Equal, "Rome")], Flow = "Train" })).ShouldBe("4");
        // Only the attempt that counts is compared.
        (await SeedsAsync(new() { Metrics = [new("accuracy", MetadataComparison.GreaterOrEqual, 0.3)] })).ShouldBe("5 4 3");
        (await SeedsAsync(new() { Metrics = [new("accuracy", MetadataComparison.Equal, 0.9)] })).ShouldBe("");
        (await SeedsAsync(new() { Since = TimeOf(runs[3]) })).ShouldBe("5 4 3");
        (await SeedsAsync(new() { Before = TimeOf(runs[3]) })).ShouldBe("2 1 0");
        (await box.Catalog.Catalog.Flow("Train").RunsAsync(new() { Tag = "late" }).CountAsync()).ShouldBe(2);
        (await box.Catalog.Catalog.Flow("Nothing").LatestAsync()).ShouldBeNull();
        (await box.Catalog.Catalog.Flow("Score").LatestAsync())!.Id.ShouldBe(runs[5].RunId);
        await box.Runs.DeleteAsync($"{runs[5].RunId}");
        (await SeedsAsync(new() { Flow = "Score" })).ShouldBe("3 1");
        (await SeedsAsync(new() { Flow = "Score", IncludeDeleted = true })).ShouldBe("5 3 1");
        (await box.Catalog.Catalog.Flow("Score").LatestAsync())!.Id.ShouldBe(runs[3].RunId);
        (await box.Catalog.Catalog.Flow("Score").LatestSuccessfulAsync())!.Id.ShouldBe(runs[1].RunId);

        // The id has whole milliseconds.
        static DateTimeOffset TimeOf(RunRecord run) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(run.RunId.ToString("N")[..12], 16));

        async Task<string> SeedsAsync(RunListOptions options) => string.Join(' ', await box.Runs.ListAsync(options).Select(r => r.Parameters.GetProperty("seed").GetInt32()).ToListAsync());
    }

    [Fact]
    public async Task Pages_follow_each_other_and_are_found_by_an_index()
    {
        await using var box = await RunBox.OpenAsync();
        for (var i = 0; i < 7; i++)
            box.Sample.Tag(box.Run(i % 2 == 0 ? "a" : "b", """{"x":1}"""), ["t"], []);
        await box.PublishAsync();
        await using var folder = new TempIndex(box);
        RunQuery[] queries =
        [
            new(), new() { Flow = "a" }, new() { Statuses = ["Succeeded"] }, new() { Flow = "a", Statuses = ["Succeeded"] }, new() { Tag = "t" }, new() { Tag = "t", Flow = "b" },
            new() { Since = DateTimeOffset.UnixEpoch, Until = DateTimeOffset.MaxValue }, new() { Parameters = [new("x", MetadataComparison.Equal, 1)] },
            new() { IncludeDeleted = true, Metrics = [new("m", MetadataComparison.Equal, 1)] },
        ];
        using var connection = await folder.OpenAsync();
        foreach (var query in queries)
        {
            List<long> rows = [];
            for (string? after = null; ;)
            {
                var page = new RunQueries(connection).List(query with { PageSize = 2, After = after });
                page.Items.Count.ShouldBeLessThanOrEqualTo(2);
                rows.AddRange(page.Items.Select(r => r.Row));
                if ((after = page.Next) is null)
                    break;
            }
            rows.ShouldBe(new RunQueries(connection).List(query).Items.Select(r => r.Row));
            rows.ShouldBe(rows.OrderDescending());
        }
        var pages = connection.Statements.Where(s => s.Contains(" LIMIT ", StringComparison.Ordinal)).ToList();
        pages.Count.ShouldBeGreaterThan(queries.Length);
        foreach (var page in pages)
        {
            var plan = connection.Rows("EXPLAIN QUERY PLAN " + page, r => r.Text(3));
            plan.ShouldAllBe(step => !step.Contains("TEMP B-TREE", StringComparison.Ordinal), page);
            // The rows of runs are in the order of the list.
            plan.ShouldAllBe(step => !step.StartsWith("SCAN", StringComparison.Ordinal) || step == "SCAN r", page);
        }
    }

    [Fact]
    public async Task Runs_are_compared_by_parameter_metric_and_digest()
    {
        await using var box = await RunBox.OpenAsync();
        var sample = box.Sample;
        foreach (var (seed, accuracy, digest) in ((int, double, int)[])[(1, 0.5, 7), (2, 0.6, 7)])
        {
            var run = sample.Add(sample.NewRun(parameters: $$"""{"seed":{{seed}},"site":{"city":"Oslo","rows":[1,2]}{{(seed == 2 ? ",\"extra\":null" : "")}}}"""));
            sample.End(sample.NewTask(run, "fit", "a/3") with
            {
                Metrics = new Dictionary<string, MetricRecord> { ["accuracy"] = new(accuracy, 0, 1, 1, 0), ["loss"] = new(double.NaN, 0, 0, 1, 0) },
                Outputs = new Dictionary<string, Cairn.Artifacts.BlobDigest?> { ["model"] = RunSample.Digest(digest) },
                State = new Dictionary<string, Cairn.Artifacts.BlobDigest?> { ["Rate"] = RunSample.Digest(seed), ["model"] = RunSample.Digest(9) },
            });
            sample.End(run);
        }
        await box.PublishAsync();
        var ids = await box.Runs.ListAsync().Select(r => r.Reference).ToListAsync();
        var all = await box.Runs.CompareAsync(ids);
        all.Runs.Select(r => r.Reference).ShouldBe(ids);
        all.Parameters.Select(p => (p.Name, string.Join(' ', p.Values.Select(v => v?.GetRawText() ?? "-")), p.Differs)).ShouldBe(
            [("extra", "null -", true), ("seed", "2 1", true), ("site.city", "\"Oslo\" \"Oslo\"", false), ("site.rows", "[1,2] [1,2]", false)]);
        all.Metrics.Select(m => (m.Name, m.Values[0], m.Differs)).ShouldBe([("fit/a/3#accuracy", 0.6, true), ("fit/a/3#loss", double.NaN, false)]);
        all.Outputs.Select(o => (o.Name, o.Values[0], o.Differs)).ShouldBe([("fit/a/3#Rate", RunSample.Digest(2), true), ("fit/a/3#model", RunSample.Digest(7), false)]);
        var different = await box.Runs.CompareAsync(ids, onlyDifferences: true);
        different.ToString().Split('\n')[..5].ShouldBe([$"runs: {ids[0]}, {ids[1]}", "status: Succeeded, Succeeded", "parameter extra: , -", "parameter seed: 2, 1", "metric fit/a/3#accuracy: 0.6, 0.5"]);
        string.Join(' ', different.Parameters.Select(p => p.Name).Concat(different.Metrics.Select(m => m.Name)).Concat(different.Outputs.Select(o => o.Name)))
            .ShouldBe("extra seed fit/a/3#accuracy fit/a/3#Rate");
    }
}
