namespace Cairn.Providers.Azure.Tests;

/// <summary>Where a container is: an address of <c>az</c> does not tell.</summary>
public sealed class PlaceTests
{
    [Theory]
    [InlineData("az://data/root", "account", "acme", "az://acme.blob.core.windows.net/data/root")]
    [InlineData("abfss://data@acme.dfs.core.windows.net/root", "account", "acme", "az://acme.blob.core.windows.net/data/root")]
    [InlineData("az://data/root", "endpoint", "http://127.0.0.1:10000/acme", "az://127.0.0.1:10000/acme/data/root")]
    public async Task The_account_is_part_of_the_place(string root, string option, string value, string place)
    {
        await using var driver = await AzureBackend.OpenAsync(StoreUri.Parse(root), new() { [option] = value, ["account-key"] = "c2VjcmV0LWtleQ==" });
        driver.Place.ToString().ShouldBe(place);
    }
}
