namespace Cairn.Providers;

/// <summary>Makes the drivers of one flavor. Stateless and safe to use from many threads.</summary>
/// <remarks>
/// The class carries a <see cref="StoreFlavorAttribute"/>, which says everything that must be known without running it; it has a public constructor without
/// parameters.
/// </remarks>
public interface IStoreProvider
{
    /// <summary>Opens a driver on a root.</summary>
    /// <returns>A driver that the caller disposes. Opening makes no service call that could be left to the first operation: a missing container shows there.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/> when the root or an option is wrong.</exception>
    ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken);
}
