namespace Cairn.Cli;

/// <summary>An address whose store is open.</summary>
/// <param name="Address">As it was typed.</param>
/// <param name="Store">The store; the session owns it.</param>
/// <param name="Path">The path in it.</param>
internal sealed record Location(Address Address, ArtifactStore Store, StorePath Path)
{
    /// <summary>The absolute address.</summary>
    public StoreUri Uri => Store.Root / Path;

    /// <summary>Where it really is, for comparison alone.</summary>
    public StoreUri Place => Store.Place / Path;

    /// <summary>The path of this machine that it was given as; null when it is in a store.</summary>
    public string? LocalPath => Address.Kind == AddressKind.Local ? Uri.ToLocalPath() : null;

    /// <summary>Something below.</summary>
    public Location Join(StorePath relative) =>
        relative.IsRoot ? this : new(Address.Parse(Address.Below(relative)), Store, Path / relative);

    /// <summary>An entry of this store as a person would type it, next to this address.</summary>
    public string Display(StorePath path) => Address.Below(path.RelativeTo(Path));

    /// <summary>What stands here; null for nothing. The root of a store is a directory.</summary>
    public async Task<StoreEntry?> LookAsync(CancellationToken cancellationToken) => await Store.TryStatAsync(Path, cancellationToken).ConfigureAwait(false);

    /// <summary>An error about this address.</summary>
    public StoreException Fault(StoreErrorCode code, string operation, string reason, string? advice = null) =>
        new StoreException(new StoreFault(code, reason) { Advice = advice }).WithContext(operation, Uri);
}
