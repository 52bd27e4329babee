using Cairn.Artifacts;
using Cairn.Flows;
using Cairn.Flows.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace Flows.Tests.Merging;

/// <summary>The merge of one name, compared with the table of the documentation, read row by row.</summary>
public sealed class MergeDecisionTests
{
    /// <summary>Values are small numbers, so that equal ones are frequent; 0 is none.</summary>
    [Fact]
    public void It_decides_as_the_table_says()
    {
        var cases = Gen.Choose(0, 3).SelectMany(_ => Gen.Choose(1, 6), (before, count) => (before, count)).SelectMany(c => Gen.Choose(0, 3).ArrayOf(c.count), (c, branches) => (c.before, branches));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100_000), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var isDecided = MergeDecision.TryDecide(ToDigest(c.before), c.branches.Select(ToValue), out var result);
            var expected = Expected(c.before, c.branches);
            (isDecided, result?.Artifact).ShouldBe((expected is not null, expected is null ? result?.Artifact : ToDigest(expected.Value)));
        }));
    }

    [Fact]
    public void A_changed_value_keeps_the_task_that_made_it()
    {
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        MergeDecision.TryDecide(ToDigest(1), [new(ToDigest(1)!.Value, null), new(ToDigest(2)!.Value, first), new(ToDigest(2)!.Value, second)], out var result).ShouldBeTrue();
        result.ShouldBe(new StateValue(ToDigest(2)!.Value, first));
    }

    /// <summary>The result by the rows of the table: 0 for none, null for a conflict.</summary>
    private static int? Expected(int before, int[] branches)
    {
        // All equal: that value.
        if (branches.Distinct().Count() == 1)
            return branches[0];
        // Some left it alone, and the others agree: their value, or the deletion.
        var others = branches.Where(b => b != before).Distinct().ToList();
        return others.Count == 1 ? others[0] : null;
    }

    private static StateValue? ToValue(int value) => ToDigest(value) is { } digest ? new(digest, null) : null;

    private static BlobDigest? ToDigest(int value) => value == 0 ? null : BlobDigest.Of([(byte)value]);
}
