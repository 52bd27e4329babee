namespace Cairn.Catalog;

/// <summary>A fault that <see cref="Catalog.VerifyAsync"/> found.</summary>
/// <param name="Uri">The address of the record or the file with the fault.</param>
/// <param name="AssetName">The current name of the asset concerned, or its id; null if it is not known.</param>
/// <param name="Reason">The fault, as a clause.</param>
public sealed record CatalogFault(StoreUri Uri, string? AssetName, string Reason)
{
    /// <summary>Returns the address and the reason.</summary>
    public override string ToString() => $"{Uri}: {Reason}";
}
