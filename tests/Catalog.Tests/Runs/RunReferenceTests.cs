using Cairn.Catalog;
using Cairn.Catalog.References;
using Cairn.Catalog.RunRecords;
using FsCheck;
using FsCheck.Fluent;

namespace Catalog.Tests.Runs;

public sealed class RunReferenceTests
{
    [Fact]
    public void Every_reference_is_read_back_and_one_way_to_read_it_has_its_parts()
    {
        // Words that look like parts of references, so that many texts can be read in several ways.
        var word = Gen.Elements("Train", "latest", "latest-successful", "database", "7k3f9q2x", "a b", "é", "00000000");
        var text = Gen.Elements("fit", "latest", "7k3f9q2x", "3", "a/3", "x#y", "#", "/", "lr=0.1", "é\u0301", "a\nb", "//");
        var flow = word.ArrayOf().Where(w => w.Length is > 0 and < 6).Select(w => string.Join('/', w));
        var id = Gen.OneOf(Gen.Elements("latest", "latest-successful"), ArbMap.Default.ArbFor<Guid>().Generator.SelectMany(g => Gen.Choose(8, 12).Select(n => ShortRunId.Of(g, n))));
        var step = Gen.Elements("fit", "latest", "7k3f9q2x", "a:b", "é");
        var reference =
            from f in flow
            from i in id
            from s in step
            from item in Gen.OneOf(Gen.Constant<string?>(null), text.Select(t => (string?)t))
            from output in Gen.OneOf(Gen.Constant<string?>(null), text.Select(t => (string?)t))
            from depth in Gen.Choose(0, 1)
            select (Split: (Flow: f, Id: i), Tail: depth == 0 ? (RunTail?)null : new RunTail(s, item, output));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(reference.ToArbitrary(), r =>
        {
            var run = RunReference.Parse($"{r.Split.Flow}/{r.Split.Id}");
            var all = r.Tail is { } tail ? run.With(tail.Step, tail.Item, tail.Output) : run;
            RunReference.Parse(all.ToString()).ShouldBe(all);
            ((RunReference)all.ToString()).ToString().ShouldBe(all.ToString());
            var read = all.Splits.SelectMany(s => s.Tail.Length == 0 ? [(s.Flow, s.Id, (RunTail?)null)] : RunTail.Of(s.Tail).Select(t => (s.Flow, s.Id, (RunTail?)t))).ToList();
            read.ShouldContain((r.Split.Flow, r.Split.Id, r.Tail));
            read.Count.ShouldBe(read.Distinct().Count());
        }));
    }

    [Theory]
    [InlineData("Train/latest", "Train latest")]
    [InlineData("Train/7k3f9q2x/fit/a/3#x", "Train 7k3f9q2x /fit/a/3#x")]
    [InlineData("team/Train/latest/fit/a/3#x", "team/Train latest /fit/a/3#x")]
    [InlineData("team/latest/latest", "team latest /latest|team/latest latest")]
    [InlineData("etl/database/latest", "etl database /latest|etl/database latest")]
    [InlineData("01990000-0000-7000-8000-000000000000", " 01990000-0000-7000-8000-000000000000")]
    [InlineData("01990000-0000-7000-8000-000000000000/fit#x", " 01990000-0000-7000-8000-000000000000 /fit#x")]
    [InlineData("01990000-0000-7000-8000-000000000000/latest", " 01990000-0000-7000-8000-000000000000 /latest|01990000-0000-7000-8000-000000000000 latest")]
    [InlineData("Train/latest/fit#a/latest", "Train latest /fit#a/latest")]
    public void A_text_is_read_in_each_way_that_its_parts_allow(string text, string expected) =>
        string.Join('|', RunReference.Parse(text).Splits.Select(s => $"{s.Flow} {s.Id} {s.Tail}".TrimEnd())).ShouldBe(expected.TrimEnd());

    [Theory]
    [InlineData("")]
    [InlineData("Train")]
    [InlineData("latest")]
    [InlineData("/latest")]
    [InlineData("Train/Latest")]
    [InlineData("Train/7k3f9q2")]
    [InlineData("Train/7k3f9q2xi")]
    [InlineData("Train/7k3f9q2x/")]
    [InlineData("Train/7k3f9q2x//fit")]
    [InlineData("Train/7k3f9q2x#x")]
    [InlineData("a:b/latest")]
    [InlineData("a//latest")]
    [InlineData("01990000-0000-7000-8000-000000000000x")]
    [InlineData("01990000-0000-7000-8000-000000000000#x")]
    [InlineData("01990000-0000-7000-8000-00000000000A")]
    public void A_text_without_a_run_is_refused(string text)
    {
        RunReference.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => RunReference.Parse(text)).Message.ShouldContain("is not a reference to a run");
    }

    [Fact]
    public void A_short_id_grows_until_it_is_unique()
    {
        var id = Guid.Parse("01990000-0000-7000-8123-456789abcdef");
        ShortRunId.Of(id, []).ShouldBe(ShortRunId.Of(id));
        ShortRunId.Of(id, [id, Guid.CreateVersion7()]).Length.ShouldBe(8);
        ShortRunId.Of(id, [Guid.Parse("01990000-0000-7000-8123-556789abcdef")]).ShouldBe(ShortRunId.Of(id, 9));
        ShortRunId.Of(id, [Guid.Parse("01990000-0000-7001-8123-456789abcdef")]).ShouldBe(id.ToString());
        ShortRunId.TailOf(ShortRunId.Of(id, 11)).ShouldBe(0x67_89ab_cdef);
    }
}
