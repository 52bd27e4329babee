using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Cairn.Artifacts;

namespace Cairn.Tests.Artifacts;

public sealed class BlobDigestTests
{
    [Fact]
    public void Digests_order_as_their_texts_do()
    {
        string[] ordered = [new('0', 64), new string('0', 63) + "1", new string('0', 16) + "f" + new string('0', 47), "7" + new string('f', 63), "8" + new string('0', 63), new('f', 64)];
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = 0; j < ordered.Length; j++)
            {
                BlobDigest left = BlobDigest.Parse("sha256:" + ordered[i]), right = BlobDigest.Parse("sha256:" + ordered[j]);
                (left < right).ShouldBe(i < j);
                (left > right).ShouldBe(i > j);
                (left <= right).ShouldBe(i <= j);
                (left >= right).ShouldBe(i >= j);
            }
        }
    }

    [Fact]
    public void A_digest_is_text_in_json_in_configuration_and_as_an_argument()
    {
        var digest = BlobDigest.Of("content"u8);
        var text = $"sha256:{digest.Hex}";
        JsonSerializer.Serialize(digest).ShouldBe($"\"{text}\"");
        JsonSerializer.Deserialize<BlobDigest>($"\"{text}\"").ShouldBe(digest);
        JsonSerializer.Deserialize<Dictionary<BlobDigest, int>>(JsonSerializer.Serialize(new Dictionary<BlobDigest, int> { [digest] = 1 }))![digest].ShouldBe(1);
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<BlobDigest>("\"sha256:12\"")).Message.ShouldContain("is not a digest");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<BlobDigest>("5")).Message.ShouldContain("BlobDigest must be a JSON string");
        TypeDescriptor.GetConverter(typeof(BlobDigest)).ConvertFromInvariantString(text).ShouldBe(digest);
        TypeDescriptor.GetConverter(typeof(BlobDigest)).ConvertToInvariantString(digest).ShouldBe(text);
        Parsed<BlobDigest>(text).ShouldBe(digest);
        Should.Throw<FormatException>(() => Parsed<BlobDigest>(text.ToUpperInvariant()));
        Tries<BlobDigest>(text).ShouldBeTrue();
        Tries<BlobDigest>(null).ShouldBeFalse();
    }

    private static T Parsed<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    private static bool Tries<T>(string? text)
        where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out _);
}
