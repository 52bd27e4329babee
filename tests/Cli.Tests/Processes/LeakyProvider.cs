using Cairn.Providers;

namespace Cairn.Cli.Tests.Processes;

/// <summary>A careless provider that puts its secret into its error.</summary>
[StoreFlavor("leaky", "lk", Options = typeof(LeakyOptions))]
public sealed class LeakyProvider : IStoreProvider
{
    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
        throw new StoreException(StoreErrorCode.Unauthenticated, $"the token {context.Options["token"]} is wrong", new InvalidOperationException($"GET /?token={context.Options["token"]}"));
}

/// <summary>Its options.</summary>
public sealed record LeakyOptions
{
    /// <summary>The secret.</summary>
    [StoreOption("token", "The token.", Secret = true)]
    public string? Token { get; set; }
}
