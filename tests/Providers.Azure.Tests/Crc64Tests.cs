namespace Cairn.Providers.Azure.Tests;

public sealed class Crc64Tests
{
    [Fact]
    public void It_is_the_published_check_value_with_its_least_byte_first() => Convert.ToHexStringLower(AzureRequests.Crc64Of("123456789"u8)).ShouldBe("8898790a86148bae");
}
