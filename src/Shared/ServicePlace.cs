namespace Cairn.Providers;

/// <summary>Creates the place of a store on a service with a specific URL.</summary>
/// <remarks>A source file shared by the providers of object stores.</remarks>
internal static class ServicePlace
{
    /// <summary>Returns the place of a path in a bucket or container, below the URL of the service.</summary>
    public static StoreUri Of(string scheme, Uri service, string container, StorePath path)
    {
        var home = service.AbsolutePath.Trim('/');
        return StoreUri.Create(scheme, service.Authority.ToLowerInvariant(), StorePath.Parse(home.Length == 0 ? container : $"{home}/{container}") / path);
    }
}
