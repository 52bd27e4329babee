using Cairn.Cli.Commands;

namespace Cairn.Cli.Tests;

public sealed class AddressTests
{
    [Theory]
    [InlineData(":", AddressKind.Active, null, "")]
    [InlineData(":a/b", AddressKind.Active, null, "a/b")]
    [InlineData(":a:b", AddressKind.Active, null, "a:b")]
    [InlineData("keep:a/b", AddressKind.Registered, "keep", "a/b")]
    [InlineData("keep:", AddressKind.Registered, "keep", "")]
    [InlineData("my-store.2:x", AddressKind.Registered, "my-store.2", "x")]
    [InlineData("C:/x", AddressKind.Local, null, "C:/x")]
    [InlineData("c:x", AddressKind.Local, null, "c:x")]
    [InlineData("s3://bucket/key", AddressKind.Uri, null, "s3://bucket/key")]
    [InlineData("file:///x", AddressKind.Uri, null, "file:///x")]
    [InlineData("src/a.cs", AddressKind.Local, null, "src/a.cs")]
    [InlineData("./keep:a", AddressKind.Local, null, "./keep:a")]
    [InlineData("a b:c", AddressKind.Local, null, "a b:c")]
    [InlineData(".", AddressKind.Local, null, ".")]
    [InlineData("-", AddressKind.Standard, null, "")]
    internal void It_is_read_by_its_prefix(string text, AddressKind kind, string? store, string rest)
    {
        var address = Address.Parse(text);
        (address.Kind, address.Store, address.Rest, address.Text).ShouldBe((kind, store, rest, text));
    }

    [Fact]
    public void An_empty_one_is_misuse() => Should.Throw<UsageException>(() => Address.Parse(""));

    [Theory]
    [InlineData(":", "a/b", ":a/b")]
    [InlineData(":x", "a", ":x/a")]
    [InlineData(":x/", "a", ":x/a")]
    [InlineData("keep:", "a", "keep:a")]
    [InlineData("keep:x", "a", "keep:x/a")]
    [InlineData("mem://n", "a", "mem://n/a")]
    [InlineData("mem://n/", "a", "mem://n/a")]
    [InlineData("/", "a", "/a")]
    [InlineData(".", "a", "./a")]
    [InlineData("src", "", "src")]
    public void What_is_below_is_written_in_the_same_way(string text, string below, string expected) => Address.Parse(text).Below(StorePath.Parse(below)).ShouldBe(expected);

    [Theory]
    [InlineData(":keep/**/*.cs", ":keep", "**/*.cs")]
    [InlineData(":**/*.cs", ":", "**/*.cs")]
    [InlineData(":*", ":", "*")]
    [InlineData("keep:a/b/{c,d}.x", "keep:a/b", "{c,d}.x")]
    [InlineData("keep:a*b/c", "keep:", "a*b/c")]
    [InlineData("src/**", "src", "**")]
    [InlineData("*.cs", ".", "*.cs")]
    [InlineData("/*.cs", "/", "*.cs")]
    [InlineData("/tmp/*.cs", "/tmp", "*.cs")]
    [InlineData("mem://n/*.cs", "mem://n", "*.cs")]
    [InlineData("mem://n/a/[bc].cs", "mem://n/a", "[bc].cs")]
    [InlineData("file:///*.cs", "file:///", "*.cs")]
    [InlineData("file:///tmp/?", "file:///tmp", "?")]
    [InlineData(":a/b.txt", ":a", "b.txt")]
    [InlineData("plain", ".", "plain")]
    public void A_pattern_is_cut_where_it_begins_to_vary(string text, string folder, string pattern) => FindCommand.Split(text).ShouldBe((folder, pattern));
}
