namespace Cairn.Catalog.Index;

/// <summary>The exception that is thrown when the index was damaged, and has been removed.</summary>
internal sealed class IndexDamagedException(string path, Exception cause) : StoreException(
    new StoreFault(StoreErrorCode.IntegrityFailure, $"the catalog's index {path} was damaged and has been removed") { Advice = "Synchronize the catalog, which builds the index again." }, cause);
