using System.Data;
using Cairn.Catalog;
using AssetCatalog = Catalog.Tests.Assets.TestCatalog;

namespace Catalog.Tests.Runs;

/// <summary>Runs and tasks as tables.</summary>
public sealed class RunTableTests
{
    [Fact]
    public async Task A_row_for_each_run_has_its_parameters_and_metrics()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await RunAsync(test, "A", new() { Parameters = { ["lr"] = 0.1, ["deep"] = true, ["mixed"] = 1, ["site"] = MetadataValue.Object(new Dictionary<string, MetadataValue> { ["x"] = "north" }) }, Tags = ["b", "a"] }, 0.5);
        await RunAsync(test, "A", new() { Parameters = { ["lr"] = 2, ["LR"] = "big", ["mixed"] = "one" } }, double.NaN);
        await Should.ThrowAsync<InvalidDataException>(() => test.Catalog.RunAsync("B", _ => throw new InvalidDataException()));

        using var table = await test.Catalog.Runs.ReadTableAsync(new() { Flow = "a" });
        table.Columns.Cast<DataColumn>().Select(c => $"{c.ColumnName}:{c.DataType.Name}").ShouldBe(
            ["run:String", "status:String", "started:DateTime", "finished:DateTime", "seconds:Double", "tags:String", "param.LR:String", "param.deep:Boolean", "param.lr.2:Double", "param.mixed:String", "param.site.x:String", "metric.loss:Double"]);
        table.Rows.Cast<DataRow>().Select(r => r["param.lr.2"]).ShouldBe([2.0, 0.1]);
        table.Rows[1]["tags"].ShouldBe("a b");
        table.Rows.Cast<DataRow>().Select(r => r["param.mixed"]).ShouldBe(["one", "1"]);
        (table.Rows[0]["param.deep"], table.Rows[1]["param.deep"], table.Rows[1]["param.site.x"]).ShouldBe((DBNull.Value, true, "north"));
        (table.Rows[0]["metric.loss"], table.Rows[1]["metric.loss"]).ShouldBe((DBNull.Value, 0.5));
        ((DateTime)table.Rows[0]["started"]).Kind.ShouldBe(DateTimeKind.Utc);
        using var all = await test.Catalog.Runs.ReadTableAsync(limit: 2);
        all.Rows.Cast<DataRow>().Select(r => $"{r["status"]}").ShouldBe(["Failed", "Succeeded"]);
    }

    [Fact]
    public async Task A_row_for_each_task_of_a_step_has_its_metrics()
    {
        await using var test = await AssetCatalog.OpenAsync();
        await RunAsync(test, "A", new() { Parameters = { ["lr"] = 0.1 } }, 0.5);
        await test.Catalog.RunAsync("A", run => run.StepAsync("other", _ => 1));
        using var table = await test.Catalog.Runs.ReadTableAsync(step: "fit");
        var row = table.Rows.Cast<DataRow>().ShouldHaveSingleItem();
        (row["step"], row["item"], row["attempt"], row["param.lr"], row["metric.loss"]).ShouldBe(("fit", DBNull.Value, 1L, 0.1, 0.5));
    }

    private static Task RunAsync(AssetCatalog test, string flow, RunOptions options, double loss) => test.Catalog.RunAsync(flow, run => run.StepAsync("fit", step =>
    {
        step.Metric("loss", loss);
        return Task.CompletedTask;
    }), options);
}
