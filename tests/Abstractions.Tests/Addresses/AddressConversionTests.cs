using System.ComponentModel;
using System.Text.Json;

namespace Cairn.Abstractions.Tests.Addresses;

/// <summary>Paths and addresses in JSON, in configuration, and as arguments.</summary>
public sealed class AddressConversionTests
{
    [Fact]
    public void Paths_and_addresses_are_strings_in_json()
    {
        StorePath path = "a/b c.txt";
        var uri = StoreUri.Parse("s3://bucket/a");
        JsonSerializer.Serialize(path).ShouldBe("\"a/b c.txt\"");
        JsonSerializer.Deserialize<StorePath>("\"a/b c.txt\"").ShouldBe(path);
        JsonSerializer.Deserialize<StoreUri>(JsonSerializer.Serialize(uri)).ShouldBe(uri);
        JsonSerializer.Deserialize<Dictionary<StorePath, int>>(JsonSerializer.Serialize(new Dictionary<StorePath, int> { [path] = 1 }))![path].ShouldBe(1);
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<StorePath>("\"a//b\"")).Message.ShouldContain("empty");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<StoreUri>("5")).Message.ShouldContain("StoreUri must be a JSON string");
        using var info = JsonDocument.Parse(JsonSerializer.Serialize(new StoreEntry { Path = path, Length = 3 }));
        info.RootElement.GetProperty("Path").GetString().ShouldBe("a/b c.txt");
    }

    [Fact]
    public void Configuration_converts_text()
    {
        TypeDescriptor.GetConverter(typeof(StorePath)).ConvertFromInvariantString("a/b").ShouldBe((StorePath)"a/b");
        TypeDescriptor.GetConverter(typeof(StoreUri)).ConvertFromInvariantString("mem://x/y").ShouldBe(StoreUri.Parse("mem://x/y"));
        TypeDescriptor.GetConverter(typeof(StorePath)).CanConvertFrom(typeof(string)).ShouldBeTrue();
        TypeDescriptor.GetConverter(typeof(StorePath)).CanConvertFrom(typeof(int)).ShouldBeFalse();
        Should.Throw<NotSupportedException>(() => TypeDescriptor.GetConverter(typeof(StorePath)).ConvertFrom(5));
        TypeDescriptor.GetConverter(typeof(StorePath)).ConvertToInvariantString((StorePath)"a/b").ShouldBe("a/b");
    }

    [Fact]
    public void A_bad_path_or_address_as_an_argument_is_an_argument_exception()
    {
        Should.Throw<ArgumentException>(() => (StorePath)"a/../b").Message.ShouldContain("'a/../b' is not a store path");
        Should.Throw<ArgumentException>(() => (StoreUri)"s3://b/a/../b").Message.ShouldContain("is not a store URI");
        Should.Throw<ArgumentNullException>(() => (StoreUri)(string)null!);
        ((StoreUri)"s3://b/a b").ShouldBe(StoreUri.Parse("s3://b/a b"));
    }
}
