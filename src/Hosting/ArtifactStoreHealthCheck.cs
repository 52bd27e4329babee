using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cairn.Hosting;

/// <summary>Checks that a store answers: lists one entry of its root, or looks for one path where it cannot list. It writes nothing.</summary>
/// <remarks><c>services.AddHealthChecks().Add(ArtifactStoreHealthCheck.Registration("main"))</c>.</remarks>
/// <param name="stores">The program's stores.</param>
/// <param name="name">The store's name; null for the default store.</param>
public sealed class ArtifactStoreHealthCheck(ArtifactStores stores, string? name = null) : IHealthCheck
{
    /// <summary>A registration of the check for a store.</summary>
    /// <param name="store">The store's name; null for the default store.</param>
    /// <param name="failureStatus">What a failure means; null for unhealthy.</param>
    /// <param name="tags">Tags for choosing checks; null for none.</param>
    /// <param name="timeout">How long the check may take; null for 10 seconds.</param>
    /// <returns>A registration named <c>cairn</c>, or <c>cairn:NAME</c>.</returns>
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
