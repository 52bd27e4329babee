using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Cli.Tests.Differences;

public sealed class LineDiffTests
{
    /// <summary>Few different lines, so that they occur again and again.</summary>
    private static readonly Arbitrary<string[]> Texts = Gen.Elements("a", "b", "c", "").ArrayOf().ToArbitrary();

    [Fact]
    public void The_lines_of_both_sides_are_there_and_the_fewest_differ() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Texts, Texts, (from, to) =>
        {
            var edits = LineDiff.Compare(from, to)!;
            edits.Where(e => e.Kind != '+').Select(e => e.Line).ShouldBe(from);
            edits.Where(e => e.Kind != '-').Select(e => e.Line).ShouldBe(to);
            edits.Count(e => e.Kind == ' ').ShouldBe(Common(from, to));
        }));

    [Fact]
    public void The_hunks_rebuild_the_other_side() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Texts, Texts, (from, to) => Apply(from, LineDiff.Unified(from, to)!).ShouldBe(to)));

    [Fact]
    public void Equal_texts_have_no_hunk_and_texts_that_differ_everywhere_are_given_up()
    {
        LineDiff.Unified(["a"], ["a"]).ShouldBe([]);
        LineDiff.Unified([], []).ShouldBe([]);
        string[] one = [.. Enumerable.Range(0, LineDiff.MostChanges).Select(i => $"a{i}")];
        string[] two = [.. Enumerable.Range(0, LineDiff.MostChanges).Select(i => $"b{i}")];
        LineDiff.Unified(one, two).ShouldBeNull();
        LineDiff.Unified(one, [.. one.Take(1000), "new", .. one.Skip(1000)]).ShouldBe(["@@ -998,6 +998,7 @@", " a997", " a998", " a999", "+new", " a1000", " a1001", " a1002"]);
    }

    [Fact]
    public void Changes_that_are_near_are_one_hunk_and_others_are_two()
    {
        string[] from = [.. Enumerable.Range(0, 30).Select(i => $"{i}")];
        string[] Changed(params int[] at) => [.. from.Select((l, i) => at.Contains(i) ? "x" : l)];
        LineDiff.Unified(from, Changed(5, 12))!.Count(l => l.StartsWith("@@", StringComparison.Ordinal)).ShouldBe(1);
        LineDiff.Unified(from, Changed(5, 13))!.Count(l => l.StartsWith("@@", StringComparison.Ordinal)).ShouldBe(2);
        LineDiff.Unified(from, Changed(0, 29))![0].ShouldBe("@@ -1,4 +1,4 @@");
    }

    /// <summary>Applies hunks as <c>patch</c> does, and checks every line that they state.</summary>
    private static List<string> Apply(string[] from, IReadOnlyList<string> hunks)
    {
        var (result, at) = (new List<string>(), 0);
        foreach (var line in hunks)
        {
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                var old = line.Split(' ')[1].TrimStart('-').Split(',').Select(int.Parse).ToArray();
                for (var start = old[1] == 0 ? old[0] : old[0] - 1; at < start; at++)
                    result.Add(from[at]);
                var added = line.Split(' ')[2].TrimStart('+').Split(',').Select(int.Parse).ToArray();
                result.Count.ShouldBe(added[1] == 0 ? added[0] : added[0] - 1);
                continue;
            }
            if (line[0] != '+')
                from[at++].ShouldBe(line[1..]);
            if (line[0] != '-')
                result.Add(line[1..]);
        }
        result.AddRange(from[at..]);
        return result;
    }

    /// <summary>The length of the longest common subsequence.</summary>
    private static int Common(string[] from, string[] to)
    {
        var best = new int[from.Length + 1, to.Length + 1];
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
                best[i, j] = from[i - 1] == to[j - 1] ? best[i - 1, j - 1] + 1 : Math.Max(best[i - 1, j], best[i, j - 1]);
        }
        return best[from.Length, to.Length];
    }
}
