namespace Cairn.Tests;

public sealed class UnlistedEntryTests
{
    [Theory]
    [InlineData("/lead", "", "/lead")]
    [InlineData("a//b", "a", "/b")]
    [InlineData("a/./b", "a", "./b")]
    [InlineData("a/b/../c", "a/b", "../c")]
    [InlineData("a/b/", "a", "b/")]
    [InlineData("/", "", "/")]
    [InlineData("//", "", "//")]
    [InlineData("a/x\0y/z", "a", "x\0y/z")]
    public void An_object_that_no_path_can_name_lies_in_the_deepest_directory_that_holds_it(string fullName, string directory, string name)
    {
        var entry = UnlistedEntry.Unnameable(fullName);

        (entry.Directory.Value, entry.Name, entry.FullName, entry.Path, entry.Kind).ShouldBe((directory, name, fullName, null, UnlistedKind.Unnameable));
        entry.Reason.ShouldBeOfType<StoreException>().Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    [Theory]
    [InlineData("a/b//c", "a", "b//c")]
    [InlineData("a/b//c", "a/b", "/c")]
    [InlineData("a/b/", "a", "b/")]
    [InlineData("a/b/", "a/b", "/")]
    [InlineData("a/b/", "", "a/b/")]
    public void A_directory_sees_it_below_itself(string fullName, string directory, string seen) =>
        UnlistedEntry.Unnameable(fullName).RelativeTo(directory).FullName.ShouldBe(seen);

    [Fact]
    public void A_link_has_a_path()
    {
        var entry = new UnlistedEntry("a/b", "link", UnlistedKind.Link, new IOException());

        (entry.Path!.Value.Value, entry.FullName).ShouldBe(("a/b/link", "a/b/link"));
        entry.RelativeTo("a").Path!.Value.Value.ShouldBe("b/link");
    }
}
