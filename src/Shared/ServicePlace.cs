namespace Cairn.Providers;

/// <summary>The place of a store on a service that has an address of its own.</summary>
/// <remarks>A source file that the providers of object stores share.</remarks>
internal static class ServicePlace
{
    /// <summary>A bucket or container and a path in it, below the address of the service.</summary>
    public static StoreUri Of(string scheme, Uri service, string container, StorePath path)
    {
        var home = service.AbsolutePath.Trim('/');
        return StoreUri.Create(scheme, service.Authority.ToLowerInvariant(), StorePath.Parse(home.Length == 0 ? container : $"{home}/{container}") / path);
    }
}
