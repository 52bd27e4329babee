using Cairn.Providers;

namespace Cairn.Plugins.WebDav.Tests;

/// <inheritdoc/>
public sealed class ImpostorTests : Cairn.Tests.ImpostorTests
{
    protected override string Service => "WebDAV";

    protected override string? MayBeGenuine(string operation, string page) => page switch
    {
        "a page of status 404" => "A WebDAV server answers with such a page where nothing is.",
        _ => null,
    };

    protected override async Task<StoreDriver> OpenAsync(Uri endpoint) =>
        await new WebDavProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse($"dav://{endpoint.Authority}/root"), Options = new Dictionary<string, string>() }, CancellationToken.None);
}
