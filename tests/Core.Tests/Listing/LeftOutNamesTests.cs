namespace Cairn.Tests.Listing;

public sealed class LeftOutNamesTests
{
    [Fact]
    public void Names_are_counted_once_and_the_first_are_kept()
    {
        var names = new LeftOutNames();
        (names.Count, names.ToString()).ShouldBe((0, ""));
        names.Add("a//b");
        names.Add("a//b");
        names.Count.ShouldBe(1);
        names.ToString().ShouldBe("1 object has a name that no path can hold, and is left out: 'a//b'");
        foreach (var name in new[] { "..", "c//\n", "d//", "e//" })
            names.Add(name);
        names.ToString().ShouldBe("5 objects have names that no path can hold, and are left out: 'a//b', '..', 'c//\\u000a', 'd//', 'e//'");
        names.Add("f//");
        names.First.ShouldBe(["a//b", "..", "c//\n", "d//", "e//"]);
        names.ToString().ShouldEndWith("'e//', \u2026");
        Should.Throw<ArgumentNullException>(() => names.Add(null!));
    }

    [Fact]
    public void Beyond_what_is_remembered_each_report_counts()
    {
        var names = new LeftOutNames();
        for (var i = 0; i < 10_000; i++)
            names.Add($"{i}//");
        names.Add("0//");
        names.Count.ShouldBe(10_000);
        names.Add("more//");
        names.Count.ShouldBe(10_001);
        names.Add("more//");
        names.Count.ShouldBe(10_002);
    }
}
