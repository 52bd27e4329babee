namespace Cairn.Providers.Azure.Tests;

/// <inheritdoc/>
public sealed class ImpostorTests : Cairn.Tests.ImpostorTests
{
    protected override string Service => "Azure";

    protected override async Task<StoreDriver> OpenAsync(Uri endpoint) => await AzureBackend.OpenAsync(
        StoreUri.Parse("az://data/root"),
        new() { ["endpoint"] = $"{endpoint}acme", ["account"] = "acme", ["account-key"] = "c2VjcmV0LWtleQ==", ["part-size"] = "1MiB" });
}
