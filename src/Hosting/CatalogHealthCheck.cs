using Cairn.Catalog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cairn.Hosting;

/// <summary>A health check that asks the store of a catalog how far the index on this machine is behind. It writes nothing to the store.</summary>
/// <remarks>
/// <para>An index that is behind answers lists and searches with <see cref="Freshness.Cached"/> incompletely; calls about one asset do not need it. The data of the result are
/// <c>behind</c> (batches of the feed), <c>unreadable</c> (records) and <c>synchronized</c> (the time, if any).</para>
/// <para>Usage: <c>services.AddHealthChecks().Add(CatalogHealthCheck.Registration())</c>.</para>
/// </remarks>
/// <param name="catalog">The catalog.</param>
/// <param name="maxBehind">The greatest number of batches by which the index may be behind.</param>
public sealed class CatalogHealthCheck(Catalog.Catalog catalog, int maxBehind = CatalogHealthCheck.DefaultMaxBehind) : IHealthCheck
{
    /// <summary>The default of the greatest number of batches by which the index may be behind.</summary>
    public const int DefaultMaxBehind = 1000;

    /// <summary>Creates a registration of the check for the catalog of a store.</summary>
    /// <param name="store">The name of the store, or null for the default store.</param>
    /// <param name="maxBehind">The greatest number of batches by which the index may be behind; beyond it, the result is degraded.</param>
    /// <param name="failureStatus">The status to report if the store does not answer. Default: unhealthy.</param>
    /// <param name="tags">Tags for selecting checks. Optional.</param>
    /// <param name="timeout">The maximum duration of the check. Default: 10 seconds.</param>
    /// <returns>A registration named <c>cairn-catalog</c> for the default store, or <c>cairn-catalog:NAME</c>.</returns>
    public static HealthCheckRegistration Registration(
        string? store = null, int maxBehind = DefaultMaxBehind, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null) =>
        new(
            store is null ? "cairn-catalog" : $"cairn-catalog:{store}",
            services => new CatalogHealthCheck(store is null ? services.GetRequiredService<Catalog.Catalog>() : services.GetRequiredKeyedService<Catalog.Catalog>(store), maxBehind),
            failureStatus,
            tags,
            timeout ?? TimeSpan.FromSeconds(10));

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            var status = await catalog.StatusAsync(cancellationToken).ConfigureAwait(false);
            var behind = status.Behind ?? 0;
            var data = new Dictionary<string, object> { ["behind"] = behind, ["unreadable"] = status.Unreadable };
            if (status.SynchronizedAt is { } at)
                data["synchronized"] = at;
            var text = $"The index contains {status.Assets} assets and {status.Versions} versions, and is {behind} batches behind the store; {status.Unreadable} records could not be read.";
            return behind > maxBehind || status.Unreadable > 0 ? HealthCheckResult.Degraded(text, null, data) : HealthCheckResult.Healthy(text, data);
        }
        catch (StoreException e)
        {
            return new(context.Registration.FailureStatus, e.Message, e, new Dictionary<string, object> { ["code"] = e.Code.ToString() });
        }
    }
}
