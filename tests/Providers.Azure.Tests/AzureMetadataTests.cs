using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Providers.Azure.Tests;

public sealed class AzureMetadataTests
{
    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_";

    [Theory]
    [InlineData("author", "author")]
    [InlineData("my_key", "my_key")]
    [InlineData("content-hash", "cairn_x_content_2dhash")]
    [InlineData("1st", "cairn_x_1st")]
    [InlineData("a_2d-b", "cairn_x_a_5f2d_2db")]
    [InlineData("cairn_write_id", "cairn_x_cairn_5fwrite_5fid")]
    public void A_name_is_an_identifier_to_the_service_and_comes_back(string name, string kept)
    {
        AzureMetadata.EncodeName(name).ShouldBe(kept);
        AzureMetadata.DecodeName(kept).ShouldBe(name);
    }

    [Fact]
    public void Every_name_comes_back() => Prop.ForAll(
        (from name in Gen.NonEmptyListOf(Gen.Elements(NameCharacters.ToCharArray())) select string.Concat(name)).ToArbitrary(),
        name =>
        {
            var kept = AzureMetadata.EncodeName(name);
            return AzureMetadata.DecodeName(kept) == name && !char.IsAsciiDigit(kept[0]) && kept.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_value_comes_back_and_travels_as_printable_ASCII() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>().Filter(static s => s is not null && !s.Any(char.IsSurrogate)), value =>
        {
            var kept = AzureMetadata.EncodeValue(value);
            return AzureMetadata.DecodeValue(kept) == value && kept.All(static c => c is >= ' ' and <= '~') && kept.Trim() == kept;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cairns_own_names_are_not_the_users()
    {
        AzureMetadata.DecodeName(AzureMetadata.WriteId).ShouldBeNull();
        AzureMetadata.DecodeName(AzureMetadata.Crc32C).ShouldBeNull();
    }
}
