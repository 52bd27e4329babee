using System.Data;
using Cairn.Artifacts;
using Cairn.Materializers;

namespace Cairn.Plugins.Tests;

public sealed class MaterializerTests : IDisposable
{
    private readonly PluginSandbox _box = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plugins_materializer_saves_and_loads_and_keeps_its_code_loaded()
    {
        await _box.User.AddAsync(PluginSandbox.Csv, cancellationToken: Cancel);
        var host = _box.Host(out _);
        host.Loaded.ShouldBeEmpty();
        var materializers = MaterializerRegistry.CreateDefault();
        (await host.AddMaterializersAsync(materializers, "json", Cancel)).ShouldBeEmpty();
        host.Loaded.ShouldBeEmpty();

        (await host.AddMaterializersAsync(materializers, cancellationToken: Cancel)).ShouldBeEmpty();
        (await host.AddMaterializersAsync(materializers, cancellationToken: Cancel)).ShouldBeEmpty();

        host.Loaded.ShouldBe(["cairn.plugins.csv"]);
        materializers.Explain(typeof(DataTable)).ToString().ShouldContain("csv exactly (plugin)");
        await using var store = await ArtifactStore.OpenAsync(new Cairn.Providers.Memory.MemoryProvider(), $"mem://{Guid.NewGuid():N}", cancellationToken: Cancel);
        var repository = new ArtifactRepository(store, materializers);
        using var table = new DataTable("t");
        table.Columns.Add("n", typeof(int));
        table.Rows.Add(7);
        var saved = await repository.SaveAsync(table, cancellationToken: Cancel);
        (await repository.LoadAsync<DataTable>(saved.Digest, Cancel)).Rows[0][0].ShouldBe(7);

        var unload = await host.UnloadAsync("cairn.plugins.csv", Cancel);
        (unload.Outcome, unload.Holders).ShouldBe((PluginUnloadOutcome.InUse, 1));
    }

    [Fact]
    public async Task Two_that_bring_one_id_are_told_and_prefer_decides()
    {
        await _box.User.AddAsync(PluginSandbox.Csv, cancellationToken: Cancel);
        await _box.User.AddAsync(_box.CopyOf(PluginSandbox.Csv, "acme.csv"), cancellationToken: Cancel);
        var materializers = new MaterializerRegistry();

        var clash = (await _box.Host(out _).AddMaterializersAsync(materializers, cancellationToken: Cancel)).ShouldHaveSingleItem();

        clash.Reason.ShouldContain("the materializer 'csv' is declared by plugin 'acme.csv'");
        clash.Reason.ShouldContain("and plugin 'cairn.plugins.csv'");
        materializers.List().ShouldBeEmpty();
        await _box.User.PreferAsync("acme.csv", Cancel);
        var host = _box.Host(out _);
        (await host.AddMaterializersAsync(materializers, cancellationToken: Cancel)).ShouldBeEmpty();
        host.Loaded.ShouldBe(["acme.csv"]);
    }

    [Theory]
    [InlineData("class", "Acme.Absent", "has no class Acme.Absent")]
    [InlineData("class", "Cairn.Plugins.Csv.CsvType", "does not implement the Materializer")]
    [InlineData("id", "other", "is 'csv', but the manifest declares 'other'")]
    public async Task One_that_is_not_what_its_manifest_says_is_left_out(string member, string value, string mention)
    {
        await _box.User.AddAsync(_box.CopyOf(PluginSandbox.Csv, "acme.csv", m => m["materializers"]![0]![member] = value), cancellationToken: Cancel);
        var materializers = new MaterializerRegistry();
        var host = _box.Host(out _);

        var problem = (await host.AddMaterializersAsync(materializers, cancellationToken: Cancel)).ShouldHaveSingleItem();

        problem.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        problem.Reason.ShouldContain(mention);
        materializers.List().ShouldBeEmpty();
        (await host.UnloadAsync("acme.csv", Cancel)).Outcome.ShouldBe(PluginUnloadOutcome.Unloaded);
    }

    [Fact]
    public async Task Those_that_no_registry_takes_are_told_and_the_others_are_added()
    {
        await _box.User.AddAsync(_box.Copy("Formats"), cancellationToken: Cancel);
        var materializers = new MaterializerRegistry();
        var host = _box.Host(out _);

        var problems = await host.AddMaterializersAsync(materializers, cancellationToken: Cancel);

        problems.ShouldAllBe(p => p.Code == StoreErrorCode.InvalidConfiguration && p.Reason.Contains("acme.formats"));
        var reasons = problems.Select(p => p.Reason).ToArray();
        reasons.Length.ShouldBe(5);
        foreach (var (name, why) in new[] { ("OfNoType", "serves no type"), ("OfOddTypes", "is not a class"), ("OfNoVersion", "1"), ("OfNoId", "'Not An Id' is not a valid materializer id"),
            ("OfUntoldTypes", "its types cannot be told") })
            reasons.ShouldContain(r => r.Contains($"Acme.{name} cannot be used") && r.Contains(why));
        materializers.List().ShouldHaveSingleItem().Materializer.Id.ShouldBe("acme-good");
        await using var store = await ArtifactStore.OpenAsync(new Cairn.Providers.Memory.MemoryProvider(), $"mem://{Guid.NewGuid():N}", cancellationToken: Cancel);
        var repository = new ArtifactRepository(store, materializers);
        var saved = await repository.SaveAsync(new Version(1, 2), cancellationToken: Cancel);
        (await repository.LoadAsync<Version>(saved.Digest, Cancel)).ShouldBe(new Version(1, 2));
    }

    [Fact]
    public async Task A_changed_plugin_is_refused_before_its_code_is_loaded()
    {
        var plugin = await _box.User.AddAsync(PluginSandbox.Csv, cancellationToken: Cancel);
        await File.AppendAllTextAsync(Path.Join(plugin.Folder, "CsvHelper.dll"), "x", Cancel);
        var host = _box.Host(out _);

        var problem = (await host.AddMaterializersAsync(new(), cancellationToken: Cancel)).ShouldHaveSingleItem();

        problem.Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        problem.Reason.ShouldContain("changed CsvHelper.dll");
        host.Loaded.ShouldBeEmpty();
    }

    public void Dispose() => _box.Dispose();
}
