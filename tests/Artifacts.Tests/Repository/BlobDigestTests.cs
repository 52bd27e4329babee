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

    [Fact]
    public void Only_the_prefix_and_64_lower_case_digits_are_a_digest()
    {
        var hex = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));
        var digest = BlobDigest.Parse("sha256:" + hex);
        (digest.Hex, digest.ToString(), digest.Checksum).ShouldBe((hex, "sha256:" + hex, new Checksum(Checksum.Sha256, hex)));
        string[] others =
        [
            "", "sha256:", hex, "sha512:" + hex, "SHA256:" + hex, $"sha256:{hex}0", "sha256:" + hex[1..], "sha256:" + hex.ToUpperInvariant(),
            $"sha256:{hex[..^1]}g", $"sha256:{hex[..^1]} ",
        ];
        foreach (var text in others)
        {
            BlobDigest.TryParse(text, out var other).ShouldBeFalse(text);
            other.ShouldBe(default);
            Should.Throw<FormatException>(() => BlobDigest.Parse(text)).Message.ShouldBe($"'{text}' is not a digest: sha256: and 64 lower-case hexadecimal digits.");
        }
        BlobDigest.TryParse(null, out _).ShouldBeFalse();
        Should.Throw<ArgumentNullException>(() => BlobDigest.Parse(null!));
    }

    [Fact]
    public void A_digest_comes_from_its_bytes_and_from_a_sha256_only()
    {
        var digest = BlobDigest.Of("content"u8);
        var bytes = new byte[32];
        digest.CopyTo(bytes);
        bytes.ShouldBe(System.Security.Cryptography.SHA256.HashData("content"u8));
        BlobDigest.FromBytes(bytes).ShouldBe(digest);
        BlobDigest.From(digest.Checksum).ShouldBe(digest);
        Should.Throw<FormatException>(() => BlobDigest.From(new Checksum("crc32c", "00000000")));
        Should.Throw<ArgumentNullException>(() => BlobDigest.From(null!));
    }

    private static T Parsed<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    private static bool Tries<T>(string? text)
        where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out _);
}
