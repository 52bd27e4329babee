namespace Cairn.Providers.Gcs;

/// <summary>Combines and validates options and environment.</summary>
internal static class GcsSettings
{
    public const int Quantum = 256 << 10;

    public const string Google = "https://storage.googleapis.com";

    private const string EmulatorHost = "STORAGE_EMULATOR_HOST";
    private const string ApiPath = "/storage/v1";

    /// <summary>Returns the URL of the service without a final slash, and whether the variable of the emulator specified it.</summary>
    public static (string Endpoint, bool IsEmulator) Endpoint(GcsOptions options)
    {
        if (options.Endpoint is { } given)
            return (Checked(given, "option 'endpoint'"), false);
        return Environment.GetEnvironmentVariable(EmulatorHost)?.Trim() is { Length: > 0 } host
            ? (Checked(host.Contains("://", StringComparison.Ordinal) ? host : "http://" + host, EmulatorHost), true)
            : (Google, false);
    }

    public static void Check(GcsOptions options)
    {
        if (new[] { options.KeyFile, options.Key, options.AccessToken }.Count(o => o is not null) + (options.Anonymous ? 1 : 0) > 1)
            throw Wrong("at most one of key-file, key, access-token and anonymous can be set");
        if (options.PartSize < Quantum || options.PartSize % Quantum != 0)
            throw Wrong("part-size must be a multiple of 256KiB, as the service requires");
        if (options.Parallelism < 1)
            throw Wrong("parallelism must be at least 1");
        if (options.Retries < 0)
            throw Wrong("retries must be at least 0");
        if (options.OutageTime < TimeSpan.Zero)
            throw Wrong("outage-time must be at least 0");
        if (options.RetryDelay < TimeSpan.Zero)
            throw Wrong("retry-delay must be at least 0");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromDays(1))
            throw Wrong("timeout must be greater than 0 and at most one day");
        if (options.Proxy is { } proxy && !Uri.TryCreate(proxy, UriKind.Absolute, out _))
            throw Wrong("the proxy is not a URL such as http://proxy:3128");
        if (options.UserAgent is { } agent && !IsProduct(agent))
            throw Wrong("user-agent is not a product name such as pipeline/7");
    }

    private static string Checked(string endpoint, string source)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw Wrong($"{source} is not an http or https URL");
        if (url.UserInfo.Length > 0)
            throw Wrong($"{source} contains credentials; specify them as key-file, key or access-token");
        if (url.Query.Length > 0 || url.Fragment.Length > 0)
            throw Wrong($"{source} contains a query; specify only scheme, host, port and path");
        // Google's clients accept the URL with and without the path of the JSON API.
        var address = endpoint.TrimEnd('/');
        return address.EndsWith(ApiPath, StringComparison.Ordinal) ? address[..^ApiPath.Length].TrimEnd('/') : address;
    }

    /// <summary>Returns true if a text is valid as one or several products of a user agent; the SDK does not accept comments.</summary>
    private static bool IsProduct(string agent)
    {
        using var request = new HttpRequestMessage();
        return agent.AsSpan().IndexOfAny("\"(),:;<=>?@[\\]{}") < 0 && request.Headers.UserAgent.TryParseAdd(agent);
    }

    private static StoreException Wrong(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
