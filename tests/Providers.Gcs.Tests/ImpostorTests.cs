namespace Cairn.Providers.Gcs.Tests;

/// <inheritdoc/>
public class ImpostorTests : Cairn.Tests.ImpostorTests
{
    protected override string Service => "Cloud Storage";

    protected override Task<StoreDriver> OpenAsync(Uri endpoint) => OpenAsync(endpoint, []);

    private protected static async Task<StoreDriver> OpenAsync(Uri endpoint, (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = endpoint.ToString(), ["anonymous"] = "yes", ["part-size"] = "256KiB" };
        foreach (var (name, value) in more)
            options[name] = value;
        return await new GcsProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("gs://bucket/root"), Options = options }, CancellationToken.None);
    }
}

/// <summary>The same with writes in parts that are composed, and reads over the XML API.</summary>
public sealed class CompositeImpostorTests : ImpostorTests
{
    protected override Task<StoreDriver> OpenAsync(Uri endpoint) => OpenAsync(endpoint, [("composite", "always"), ("reads", "xml")]);
}
