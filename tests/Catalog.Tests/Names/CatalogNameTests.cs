using Cairn;
using Cairn.Catalog.Names;

namespace Catalog.Tests.Names;

public sealed class CatalogNameTests
{
    [Theory]
    [InlineData("churn-model")]
    [InlineData("team/models/churn 2")]
    [InlineData("'; DROP TABLE asset; --")]
    [InlineData("données")]
    [InlineData("模型")]
    [InlineData("🦔")]
    public void Ordinary_and_odd_text_names_an_asset(string text) => CatalogName.OfAsset(text).Text.ShouldBe(text);

    [Theory]
    [InlineData("a:b", "':'")]
    [InlineData("a@b", "'@'")]
    [InlineData("a#b", "'#'")]
    [InlineData("sha256:00", "sha256:")]
    [InlineData(" a", "white space")]
    [InlineData("a\u3000", "white space")]
    [InlineData("a//b", "empty")]
    [InlineData("../b", "'..'")]
    [InlineData("a\u200Db", "U+200D")]
    [InlineData("a\u202Eb", "U+202E")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\u0378", "U+0378")]
    public void What_cannot_be_a_name_is_refused(string text, string reason)
    {
        var error = Should.Throw<StoreException>(() => CatalogName.OfAsset(text));
        error.Code.ShouldBe(StoreErrorCode.PathConflict);
        error.Reason.ShouldContain(reason);
    }

    [Fact]
    public void An_unpaired_surrogate_is_refused() => Should.Throw<StoreException>(() => CatalogName.OfAsset("a" + '\uD800')).Reason.ShouldContain("surrogate");

    [Fact]
    public void A_name_has_255_bytes_at_most()
    {
        CatalogName.OfAsset(new string('a', 255)).Text.Length.ShouldBe(255);
        Should.Throw<StoreException>(() => CatalogName.OfAsset(new string('a', 256)));
        Should.Throw<StoreException>(() => CatalogName.OfAsset(new string('é', 128)));
        Should.Throw<StoreException>(() => CatalogName.OfAsset(new string('x', 1 << 20))).Message.Length.ShouldBeLessThan(300);
    }

    [Fact]
    public void Names_that_differ_in_case_or_composition_have_one_key() =>
        CatalogName.OfAsset("CAFE\u0301").Key.ShouldBe(CatalogName.OfAsset("café").Key);

    [Fact]
    public void Latest_is_not_an_alias() => Should.Throw<StoreException>(() => CatalogName.OfAlias("Latest")).Reason.ShouldContain("computed");
}
