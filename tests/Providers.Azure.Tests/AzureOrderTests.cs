using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Providers.Azure.Tests;

public sealed class AzureOrderTests
{
    private static readonly string[] _atoms = ["a", "b", "\u00E9", "\uD7FF", "\uE000", "\uFF21", "\uFFFD", "\U00010000", "\U0001F600", "/a", "-"];

    [Fact]
    public void Names_in_either_order_come_out_by_bytes_whatever_the_pages() => Prop.ForAll(
        (from names in Gen.ListOf(from parts in Gen.NonEmptyListOf(Gen.Elements(_atoms)) select string.Concat(parts).Trim('/'))
         from size in Gen.Choose(1, 5)
         from byUnits in Gen.Elements(true, false)
         select (Names: names.Where(static n => n.Length > 0).Distinct().ToArray(), size, byUnits)).ToArbitrary(),
        given =>
        {
            var order = new AzureOrder();
            var incoming = given.byUnits ? given.Names.Order(StringComparer.Ordinal) : given.Names.Order(Utf8Order.Comparer);
            List<string> got = [.. incoming.Chunk(given.size).SelectMany(p => order.Add([.. p.Select(static n => new StoreEntry { Path = n })])).Select(static e => e.OrderKey)];
            got.AddRange(order.Rest().Select(static e => e.OrderKey));
            return got.SequenceEqual(given.Names.Order(Utf8Order.Comparer));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Names_without_surrogates_pass_straight_through()
    {
        var page = new List<StoreEntry> { new() { Path = "a" }, new() { Path = "\uFFFD" } };

        new AzureOrder().Add(page).ShouldBeSameAs(page);
    }

    [Fact]
    public void What_is_held_goes_when_its_neighbourhood_has_passed()
    {
        var order = new AzureOrder();

        order.Add([new() { Path = "a/\U0001F600" }]).ShouldBeEmpty();
        order.Add([new() { Path = "a/\uE000" }]).ShouldBeEmpty();
        order.Add([new() { Path = "b" }]).Select(static e => e.Path.Value).ShouldBe(["a/\uE000", "a/\U0001F600", "b"]);
        order.Rest().ShouldBeEmpty();
    }
}
