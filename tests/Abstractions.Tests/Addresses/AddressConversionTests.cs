using System.ComponentModel;
using System.Text.Json;

namespace Cairn.Abstractions.Tests.Addresses;

/// <summary>Paths and addresses in JSON, in configuration, and as arguments.</summary>
public sealed class AddressConversionTests
{
    [Fact]
    public void Paths_and_addresses_are_strings_in_json()
    {
        ArtifactPath path = "a/b c.txt";
        var uri = ArtifactUri.Parse("s3://bucket/a");
        JsonSerializer.Serialize(path).ShouldBe("\"a/b c.txt\"");
        JsonSerializer.Deserialize<ArtifactPath>("\"a/b c.txt\"").ShouldBe(path);
        JsonSerializer.Deserialize<ArtifactUri>(JsonSerializer.Serialize(uri)).ShouldBe(uri);
        JsonSerializer.Deserialize<Dictionary<ArtifactPath, int>>(JsonSerializer.Serialize(new Dictionary<ArtifactPath, int> { [path] = 1 }))![path].ShouldBe(1);
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<ArtifactPath>("\"a//b\"")).Message.ShouldContain("empty");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<ArtifactUri>("5")).Message.ShouldContain("ArtifactUri is written as a string");
        using var info = JsonDocument.Parse(JsonSerializer.Serialize(new ArtifactInfo { Path = path, Length = 3 }));
        info.RootElement.GetProperty("Path").GetString().ShouldBe("a/b c.txt");
    }

    [Fact]
    public void Configuration_converts_text()
    {
        TypeDescriptor.GetConverter(typeof(ArtifactPath)).ConvertFromInvariantString("a/b").ShouldBe((ArtifactPath)"a/b");
        TypeDescriptor.GetConverter(typeof(ArtifactUri)).ConvertFromInvariantString("mem://x/y").ShouldBe(ArtifactUri.Parse("mem://x/y"));
        TypeDescriptor.GetConverter(typeof(ArtifactPath)).CanConvertFrom(typeof(string)).ShouldBeTrue();
        TypeDescriptor.GetConverter(typeof(ArtifactPath)).CanConvertFrom(typeof(int)).ShouldBeFalse();
        Should.Throw<NotSupportedException>(() => TypeDescriptor.GetConverter(typeof(ArtifactPath)).ConvertFrom(5));
        TypeDescriptor.GetConverter(typeof(ArtifactPath)).ConvertToInvariantString((ArtifactPath)"a/b").ShouldBe("a/b");
    }

    [Fact]
    public void A_bad_path_or_address_as_an_argument_is_an_argument_exception()
    {
        Should.Throw<ArgumentException>(() => (ArtifactPath)"a/../b").Message.ShouldContain("'a/../b' is not an artifact path");
        Should.Throw<ArgumentException>(() => (ArtifactUri)"s3://b/a/../b").Message.ShouldContain("is not an artifact URI");
        Should.Throw<ArgumentNullException>(() => (ArtifactUri)(string)null!);
        ((ArtifactUri)"s3://b/a b").ShouldBe(ArtifactUri.Parse("s3://b/a b"));
    }
}
