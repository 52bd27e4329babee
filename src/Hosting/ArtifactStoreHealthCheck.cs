using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cairn.Hosting;

/// <summary>
/// A health check that tests whether a store responds: it lists one entry of the root or, if the store cannot list, looks up one path. It writes nothing.
/// </summary>
/// <remarks>Usage: <c>services.AddHealthChecks().Add(ArtifactStoreHealthCheck.Registration("main"))</c>.</remarks>
/// <param name="stores">The stores of the program.</param>
/// <param name="name">The name of the store, or null for the default store.</param>
public sealed class ArtifactStoreHealthCheck(ArtifactStores stores, string? name = null) : IHealthCheck
{
    /// <summary>Creates a registration of the check for a store.</summary>
    /// <param name="store">The name of the store, or null for the default store.</param>
    /// <param name="failureStatus">The status to report on failure. Default: unhealthy.</param>
    /// <param name="tags">Tags for selecting checks. Optional.</param>
    /// <param name="timeout">The maximum duration of the check. Default: 10 seconds.</param>
    /// <returns>A registration named <c>cairn</c> for the default store, or <c>cairn:NAME</c>.</returns>
    public static HealthCheckRegistration Registration(
        string? store = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null) =>
        new(
            store is null ? "cairn" : $"cairn:{store}",
            services => new ArtifactStoreHealthCheck(services.GetRequiredService<ArtifactStores>(), store),
            failureStatus,
            tags,
            timeout ?? TimeSpan.FromSeconds(10));

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var store = await stores.GetAsync(name, cancellationToken).ConfigureAwait(false);
            await AskAsync(store, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"{store.Root} answered in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms.");
        }
        catch (StoreException e)
        {
            return new(context.Registration.FailureStatus, e.Message, e, new Dictionary<string, object> { ["code"] = e.Code.ToString() });
        }
    }

    private static async Task AskAsync(ArtifactStore store, CancellationToken cancellationToken)
    {
        if (!store.Capabilities.List)
        {
            await store.TryStatAsync("cairn-health-check", cancellationToken).ConfigureAwait(false);
            return;
        }
        var entries = store.ListAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (entries.ConfigureAwait(false))
            await entries.MoveNextAsync().ConfigureAwait(false);
    }
}
