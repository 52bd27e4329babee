namespace Cairn.Providers.Gcs;

/// <summary>What options and environment amount to.</summary>
internal static class GcsSettings
{
    public const int Quantum = 256 << 10;

    public const string Google = "https://storage.googleapis.com";

    private const string EmulatorHost = "STORAGE_EMULATOR_HOST";
    private const string ApiPath = "/storage/v1";

    /// <summary>The service's address without a final slash, and whether the emulator's variable named it.</summary>
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
            throw Wrong("at most one of key-file, key, access-token and anonymous may be given");
        if (options.PartSize < Quantum || options.PartSize % Quantum != 0)
            throw Wrong("part-size is a multiple of 256KiB, as the service asks");
        if (options.Parallelism < 1)
            throw Wrong("parallelism is at least 1");
        if (options.Retries < 0)
            throw Wrong("retries is at least 0");
        if (options.OutageTime < TimeSpan.Zero)
            throw Wrong("outage-time is at least 0");
        if (options.RetryDelay < TimeSpan.Zero)
            throw Wrong("retry-delay is at least 0");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromDays(1))
            throw Wrong("timeout is more than 0 and at most a day");
        if (options.Proxy is { } proxy && !Uri.TryCreate(proxy, UriKind.Absolute, out _))
            throw Wrong("the proxy is not an address such as http://proxy:3128");
        if (options.UserAgent is { } agent && !IsProduct(agent))
            throw Wrong("user-agent is not a product name such as pipeline/7");
    }

    private static string Checked(string endpoint, string source)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw Wrong($"{source} is not an http or https address");
        if (url.UserInfo.Length > 0)
            throw Wrong($"{source} carries credentials; give them as key-file, key or access-token");
        if (url.Query.Length > 0 || url.Fragment.Length > 0)
            throw Wrong($"{source} carries a query; give scheme, host, port and path alone");
        // Google's clients take the address with and without the path of the JSON API.
        var address = endpoint.TrimEnd('/');
        return address.EndsWith(ApiPath, StringComparison.Ordinal) ? address[..^ApiPath.Length].TrimEnd('/') : address;
    }

    /// <summary>Whether a text can be a product of a user agent, or several; the SDK takes no comments.</summary>
    private static bool IsProduct(string agent)
    {
        using var request = new HttpRequestMessage();
        return agent.AsSpan().IndexOfAny("\"(),:;<=>?@[\\]{}") < 0 && request.Headers.UserAgent.TryParseAdd(agent);
    }

    private static StoreException Wrong(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
