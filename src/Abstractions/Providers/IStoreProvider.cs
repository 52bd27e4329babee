namespace Cairn.Providers;

/// <summary>Opens the drivers of a flavor. Stateless and thread-safe.</summary>
/// <remarks>
/// The class has a <see cref="StoreFlavorAttribute"/>, which contains everything that must be known without running it, and a public parameterless
/// constructor.
/// </remarks>
public interface IStoreProvider
{
    /// <summary>Opens a driver for a root.</summary>
    /// <returns>A driver that the caller disposes. Opening makes no service call that can be deferred to the first operation, which then reports a missing
    /// container.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the root or an option is not valid.</exception>
    ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken);
}
