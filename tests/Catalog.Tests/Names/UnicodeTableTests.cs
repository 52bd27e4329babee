using System.Security.Cryptography;
using System.Text;
using Cairn.Catalog.Names;

namespace Catalog.Tests.Names;

public sealed class UnicodeTableTests
{
    /// <summary>Names in existing stores depend on every result, so none may change: neither with the runtime, nor with its settings, nor with a new table.</summary>
    [Fact]
    public void The_folding_of_every_code_point_is_frozen()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var allowed = 0;
        for (var code = 0; code < 0x110000; code++)
        {
            if (!Rune.IsValid(code) || !UnicodeTable.IsAllowed(new(code)))
                continue;
            allowed++;
            var text = new Rune(code).ToString();
            hash.AppendData(Encoding.UTF8.GetBytes($"{code:X} {UnicodeTable.Compose(text)} {UnicodeTable.Fold(text)}\n"));
        }
        allowed.ShouldBe(292_294);
        Convert.ToHexStringLower(hash.GetHashAndReset()).ShouldBe("f7968ce67fe31ba4076de7ea97686bcca8c67c03b3f22d1afc2e7c0a9defaf58");
    }

    [Theory]
    [InlineData("cafe\u0301", "café", "café")]
    [InlineData("CAFÉ", "CAFÉ", "café")]
    [InlineData("\u212B", "\u00C5", "\u00E5")]
    [InlineData("J\u030C", "J\u030C", "\u01F0")]
    [InlineData("ſ", "ſ", "s")]
    [InlineData("\u1112\u1161\u11AB", "한", "한")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("Straße", "Straße", "straße")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("I", "I", "i")]
    [InlineData("İ", "İ", "İ")]
    public void Texts_are_composed_and_folded(string text, string composed, string folded)
    {
        UnicodeTable.Compose(text).ShouldBe(composed);
        UnicodeTable.Fold(text).ShouldBe(folded);
    }

    [Fact]
    public void Folding_is_stable_and_ignores_composition()
    {
        for (var code = 0; code < 0x110000; code++)
        {
            if (!Rune.IsValid(code) || !UnicodeTable.IsAllowed(new(code)))
                continue;
            var text = $"a{new Rune(code)}\u0323";
            var key = UnicodeTable.Fold(text);
            UnicodeTable.Fold(key).ShouldBe(key);
            UnicodeTable.Fold(UnicodeTable.Compose(text)).ShouldBe(key);
        }
    }
}
