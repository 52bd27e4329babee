namespace Cairn.Providers.S3.Tests;

/// <summary>Where a bucket is: its name alone does not tell.</summary>
public sealed class PlaceTests
{
    [Theory]
    [InlineData("http://a:9000", "s3://a:9000/data/root")]
    [InlineData("http://A:9000/", "s3://a:9000/data/root")]
    [InlineData("https://gateway/s3", "s3://gateway/s3/data/root")]
    [InlineData("https://s3.eu-central-1.amazonaws.com", "s3://data/root")]
    [InlineData(null, "s3://data/root")]
    public async Task The_service_is_part_of_the_place(string? endpoint, string place)
    {
        var options = new Dictionary<string, string> { ["region"] = "eu-central-1", ["access-key"] = "a", ["secret-key"] = "b" };
        if (endpoint is not null)
            options["endpoint"] = endpoint;
        await using var driver = await S3Backend.OpenAsync(StoreUri.Parse("s3://data/root"), options);
        driver.Place.ToString().ShouldBe(place);
    }
}
