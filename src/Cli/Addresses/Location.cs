namespace Cairn.Cli;

/// <summary>An address whose store is open.</summary>
/// <param name="Address">The address as it was typed.</param>
/// <param name="Store">The store, owned by the session.</param>
/// <param name="Path">The path in the store.</param>
internal sealed record Location(Address Address, ArtifactStore Store, StorePath Path)
{
    /// <summary>Gets the absolute URI.</summary>
    public StoreUri Uri => Store.Root / Path;

    /// <summary>Gets the physical location, used only for comparisons.</summary>
    public StoreUri Place => Store.Place / Path;

    /// <summary>Gets the local path if the address is a local path; otherwise, null.</summary>
    public string? LocalPath => Address.Kind == AddressKind.Local ? Uri.ToLocalPath() : null;

    /// <summary>Returns the location of an entry below this one.</summary>
    public Location Join(StorePath relative) =>
        relative.IsRoot ? this : new(Address.Parse(Address.Below(relative)), Store, Path / relative);

    /// <summary>Returns the address of an entry of this store in the form of this address.</summary>
    public string Display(StorePath path) => Address.Below(path.RelativeTo(Path));

    /// <summary>Gets the entry at this location, or null if there is none. The root of a store is always a directory.</summary>
    public async Task<StoreEntry?> LookAsync(CancellationToken cancellationToken) => await Store.TryStatAsync(Path, cancellationToken).ConfigureAwait(false);

    /// <summary>Fails if this is the root of a store whose container does not exist: the root is always a directory, so the service is asked for a listing.</summary>
    public async Task RequireContainerAsync(CancellationToken cancellationToken)
    {
        if (!Path.IsRoot)
            return;
        await foreach (var _ in Store.ListAsync(Path, cancellationToken: cancellationToken).ConfigureAwait(false))
            return;
    }

    /// <summary>Creates an error for this location.</summary>
    public StoreException Fault(StoreErrorCode code, string operation, string reason, string? advice = null) =>
        new StoreException(new StoreFault(code, reason) { Advice = advice }).WithContext(operation, Uri);
}
