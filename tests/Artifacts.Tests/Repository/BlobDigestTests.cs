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
}
