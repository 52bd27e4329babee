using System.Net;

namespace Cairn.Plugins;

/// <summary>Downloads a package over https, or over http from this machine. The same rule applies to redirects.</summary>
internal static class PluginDownload
{
    private const int MostRedirects = 5;

    /// <summary>Downloads the content of a URL to a new file.</summary>
    /// <returns>The SHA-256 of the content.</returns>
    /// <exception cref="StoreException">The URL is not accepted, the server does not provide the content, or the content is too large.</exception>
    public static async Task<string> FetchAsync(HttpClient client, Uri address, string path, PluginLimits limits, CancellationToken cancellationToken)
    {
        for (var hops = 0; hops <= MostRedirects; hops++)
        {
            Check(address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            try
            {
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
                {
                    address = new(address, location);
                    continue;
                }
                if (response.StatusCode != HttpStatusCode.OK)
                    throw Failed(address, $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
                if (response.Content.Headers.ContentLength > limits.PackageBytes)
                    throw TooLarge(address, limits);
                var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using (body.ConfigureAwait(false))
                    return (await PluginFiles.WriteAsync(body, path, limits.PackageBytes, () => TooLarge(address, limits), cancellationToken).ConfigureAwait(false)).Digest;
            }
            catch (HttpRequestException e)
            {
                throw Failed(address, e.Message.TrimEnd('.'), e);
            }
        }
        throw Failed(address, $"it was redirected more than {MostRedirects} times");
    }

    /// <summary>Returns the URL without the parts that may contain secrets.</summary>
    public static string Show(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static void Check(Uri address)
    {
        var secure = address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);
        if (!secure)
            throw PluginErrors.BadPackage(Show(address), "a plugin can be downloaded only over https, or over http from this machine");
        if (address.UserInfo.Length > 0)
            throw PluginErrors.BadPackage(Show(address), "a URL with a user name or password is not accepted");
    }

    private static StoreException TooLarge(Uri address, PluginLimits limits) => PluginErrors.BadPackage(Show(address), $"it is larger than {limits.PackageBytes} bytes");

    private static StoreException Failed(Uri address, string why, Exception? inner = null) =>
        new(StoreErrorCode.Unavailable, $"the package at {Show(address)} could not be downloaded: {why}", inner);
}
