using Cairn;
using Cairn.Catalog;
using Cairn.Catalog.Names;
using Cairn.Flows;
using Flows.Tests.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace Flows.Tests.Faults;

/// <summary>Parameters, keys of items, outputs and metrics with anything as their name: refused with a clear error, or returned exactly.</summary>
public sealed class OddNameTests : FlowTest
{
    private static readonly string[] _odd =
    [
        "a/b", "a#b", "a%2Fb", "%", "..", ".", "/", "#", "//", "a/", "/a", "latest", "latest-successful", "sha256:00", "'; DROP TABLE task; --", "\"", "$secret", "$artifact", "$ref", "C:\\x", "../../etc/passwd", "~", "*",
        "é", "e\u0301", "İ", "ı", "ſ", "K", "Å", "\u0430", "a", "A", " a", "a ", "\t", "\n", "\0", "\u200b", "\u202e", "\ud83d\ude00", "\ud83d", "\ude00", "a\ud83d", "ﬁ", "NUL", "con", "a:b", "a@b", "@", ":", "?", "null", "0", "-1", "1e5",
        new string('x', 255), new string('x', 256), new string('é', 127), new string('é', 128), new string('y', 1 << 20),
    ];

    private static Gen<string> Names => Gen.Frequency(
        (3, Gen.Elements(_odd)),
        (1, from parts in Gen.ListOf(Gen.Elements(_odd.Where(o => o.Length < 20).ToArray()), 3) select string.Concat(parts)),
        (1, from text in ArbMap.Default.GeneratorFor<NonNull<string>>() select text.Get));

    [Fact]
    public async Task A_reference_to_an_output_of_an_item_with_a_number_sign_leads_to_it_although_a_shorter_item_exists()
    {
        string[] items = ["a", "a#b", "a#Model"];
        await Flow.Of<TuneState>("Signs").ForEach("item", _ => items, (s, item, _) => s.Model = item, new() { Key = i => i }).RunAsync(Catalog, cancellationToken: Cancel);
        var run = await Catalog.Runs.GetAsync("Signs/latest", cancellationToken: Cancel);
        await foreach (var task in run["item"].TasksAsync(Cancel))
            (await (await Catalog.Runs.GetOutputAsync(task["Model"].Reference, cancellationToken: Cancel)).LoadAsync<string>(Cancel)).ShouldBe(task.Item);
    }

    [Fact]
    public void Keys_of_items_are_refused_or_lead_back_to_their_task()
    {
        var sets = Gen.ListOf(Names, 3).Select(n => n.Distinct().ToArray());
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(sets.ToArbitrary(), keys => Task.Run(async () =>
        {
            var flow = Flow.Of<TuneState>("Keys").ForEach("item", _ => keys, (s, key, _) => s.Model = $"of {key}", new() { Key = k => k });
            Guid id;
            try
            {
                id = await flow.RunAsync(Catalog, cancellationToken: Cancel);
            }
            catch (InvalidOperationException e)
            {
                keys.ShouldContain(k => !IsName(k), e.Message);
                e.Message.Length.ShouldBeLessThan(1000);
                return;
            }
            keys.ShouldAllBe(k => IsName(k));
            var run = await Catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel);
            var tasks = await run["item"].TasksAsync(Cancel).ToListAsync(Cancel);
            tasks.Count.ShouldBe(keys.Length);
            foreach (var (key, task) in keys.Zip(tasks))
            {
                task.Item.ShouldBe(key.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal));
                run["item"].FindTask(task.Item!)!.Id.ShouldBe(task.Id);
                (await task.Data.GetAsync<string>("Model", Cancel)).ShouldBe($"of {key}");
                // The text of the reference, as a person would type it, with the id of the run.
                var reference = RunReference.Parse(RunReference.OfRun(id).With("item", task.Item, null).ToString());
                (await Catalog.Runs.GetTaskAsync(reference, cancellationToken: Cancel)).Id.ShouldBe(task.Id, reference.ToString());
                reference = RunReference.Parse(RunReference.OfRun(id).With("item", task.Item, "Model").ToString());
                (await Catalog.Runs.GetOutputAsync(reference, cancellationToken: Cancel)).TaskId.ShouldBe(task.Id, reference.ToString());
            }
        }, Cancel).GetAwaiter().GetResult()));
    }

    [Fact]
    public void Names_of_parameters_are_refused_or_returned_exactly()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Names.ToArbitrary(), name => Task.Run(async () =>
        {
            Guid id;
            try
            {
                id = await Catalog.RunAsync("Parameters", run => run.StepAsync("read", step => step.Parameter(name).AsText()), new() { Parameters = { [name] = name.Length > 4000 ? "long" : $"value {name.Length}" } }, Cancel);
            }
            catch (Exception e) when (e is StoreException { Code: StoreErrorCode.Unsupported } or ArgumentException)
            {
                (IsName(name) && !name.StartsWith('$')).ShouldBeFalse(e.Message);
                e.Message.Length.ShouldBeLessThan(1000);
                return;
            }
            var run = await Catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel);
            run.Parameters.EnumerateObject().Single().Name.ShouldBe(name);
            run["read"].Task.Parameters.ShouldBe([name]);
        }, Cancel).GetAwaiter().GetResult()));
    }

    [Fact]
    public void Names_of_metrics_and_of_parameters_that_a_run_lacks_are_refused_or_recorded_exactly()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Names.ToArbitrary(), name => Task.Run(async () =>
        {
            var id = await Catalog.RunAsync("Metrics", run => run.StepAsync("write", step =>
            {
                if (IsName(name))
                {
                    for (var i = 0; i < 150; i++)
                        step.Metric(name, i);
                    step.Parameter(name, 1).AsInteger().ShouldBe(1);
                }
                else
                {
                    (Should.Throw<Exception>(() => step.Metric(name, 1)) is StoreException or ArgumentException).ShouldBeTrue();
                    (Should.Throw<Exception>(() => step.Parameter(name, 1)) is StoreException or ArgumentException).ShouldBeTrue();
                }
                return 0;
            }), cancellationToken: Cancel);
            var task = (await Catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel))["write"].Task;
            if (!IsName(name))
            {
                task.Metrics.ShouldBeEmpty();
                return;
            }
            task.Metrics.Keys.ShouldBe([name]);
            task.Parameters.ShouldBe([name]);
            (await task.Metrics[name].ReadPointsAsync(Cancel)).Count.ShouldBe(150);
        }, Cancel).GetAwaiter().GetResult()));
    }

    [Fact]
    public void Names_of_outputs_are_refused_or_lead_back_to_the_output()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Names.ToArbitrary(), name => Task.Run(async () =>
        {
            var isRefused = false;
            var id = await Catalog.RunAsync("Outputs", run => run.StepAsync("make", step =>
            {
                try
                {
                    step.Output(name, "content");
                }
                catch (Exception e) when (e is StoreException { Code: StoreErrorCode.PathConflict } or ArgumentException)
                {
                    isRefused = true;
                    e.Message.Length.ShouldBeLessThan(1000);
                }
                return 0;
            }), cancellationToken: Cancel);
            var task = (await Catalog.Runs.GetAsync(RunReference.OfRun(id), cancellationToken: Cancel))["make"].Task;
            if (isRefused)
            {
                task.Outputs.ShouldBeEmpty();
                return;
            }
            // Names are in normalization form C, as those of assets are.
            var output = task.Outputs.Single();
            output.Name.ShouldBe(UnicodeTable.Compose(name));
            (await Catalog.Runs.GetOutputAsync(RunReference.Parse(output.Reference.ToString()), cancellationToken: Cancel)).Digest.ShouldBe(output.Digest, output.Reference.ToString());
        }, Cancel).GetAwaiter().GetResult()));
    }

    /// <summary>1 to 255 bytes of well-formed UTF-8.</summary>
    private static bool IsName(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }
        return System.Text.Encoding.UTF8.GetByteCount(text) is > 0 and <= 255;
    }
}
