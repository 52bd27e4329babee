using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Creates the SDK's client from options. Only the SDK retries requests.</summary>
internal static class S3Clients
{
    private const int LeastPart = 5 << 20;
    /// <summary>
    /// The maximum number of attempts reported in requests if only time limits them. The SDK's own limit, which does not apply, has the same value.
    /// </summary>
    private const int SeemingRetries = 100;
    private const int BufferSize = 128 << 10;
    private const long LargestCopy = 5L << 30;

    public static AmazonS3Client Make(S3Options options, TimeProvider clock, Action<RetryNotice>? retrying = null)
    {
        Check(options);
        var endpoint = Address(options.Endpoint, "endpoint", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        var contact = new ServiceContact(endpoint?.GetLeftPart(UriPartial.Path) ?? "Amazon S3", retrying, clock);
        var config = new AmazonS3Config
        {
            // S3Upload passes the checksum of each part to the SDK, because it needs the checksum itself for that of the whole object.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.Retries ?? SeemingRetries,
            BufferSize = BufferSize,
            HttpClientFactory = new S3HttpClients(options, contact),
            AllowAutoRedirect = false,
        };
        config.EndpointProvider = new S3Endpoints(config.EndpointProvider);
        if (options.UserAgent is { } agent)
            config.ClientAppId = agent;
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.OriginalString;
            config.AuthenticationRegion = options.Region ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") ?? "us-east-1";
            config.UseHttp = endpoint.Scheme == "http";
        }
        else if (options.Region is { } region)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        if (options.Profile is { } profile)
            config.Profile = new(profile);
        config.ForcePathStyle = options.PathStyle ?? endpoint is not null;
        try
        {
            var client = Credentials(options) is { } credentials ? new S3Client(credentials, config, options, contact, clock) : new S3Client(config, options, contact, clock);
            client.BeforeRequestEvent += AskForChecksum;
            return client;
        }
        catch (AmazonClientException e)
        {
            throw new StoreException(new(StoreErrorCode.InvalidConfiguration, e.Message.TrimEnd('.')) { Advice = "Set the options region, access-key and secret-key of the store, or AWS_REGION and the credentials of the AWS tools; for services other than Amazon's also endpoint, or AWS_ENDPOINT_URL." }, e);
        }
    }

    /// <summary>Returns the URL in an option or in the first of several variables that is set, or null if none is set.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static Uri? Address(string? given, string option, params ReadOnlySpan<string> variables)
    {
        foreach (var variable in variables)
        {
            if (given is null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
                (given, option) = (value, variable);
        }
        if (given is null)
            return null;
        if (!Uri.TryCreate(given, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw Wrong($"the {option} is not an http or https URL");
        return url.UserInfo.Length == 0 ? url : throw Wrong($"the {option} contains credentials; specify them as access-key and secret-key");
    }

    /// <summary>Requests the stored checksum without the SDK's support, which would compute it too; Cairn's readers verify it.</summary>
    private static void AskForChecksum(object sender, RequestEventArgs e)
    {
        if (e is WebServiceRequestEventArgs { Request: GetObjectRequest } request)
            request.Headers["x-amz-checksum-mode"] = "ENABLED";
    }

    private static AWSCredentials? Credentials(S3Options options)
    {
        if (options.Anonymous)
            return new AnonymousAWSCredentials();
        AWSCredentials? own = options switch
        {
            { AccessKey: { } key, SessionToken: { } token } => new SessionAWSCredentials(key, options.SecretKey, token),
            { AccessKey: { } key } => new BasicAWSCredentials(key, options.SecretKey),
            { Profile: { } profile } => new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var found)
                ? found
                : throw Wrong($"the profile '{profile}' does not exist in the shared AWS files"),
            _ => null,
        };
        return options.Role is not null
            ? new S3Role(options, own ?? DefaultAWSCredentialsIdentityResolver.GetCredentials())
            : own;
    }

    private static void Check(S3Options options)
    {
        if (options.AccessKey is null != options.SecretKey is null)
            throw Wrong("access-key and secret-key must be set together");
        if (options.RoleEndpoint is not null && options.Role is null)
            throw Wrong("role-endpoint requires role");
        if (options.PartSize < LeastPart)
            throw Wrong("part-size must be at least 5MiB, the minimum of S3");
        if (options.CopyPartSize is < LeastPart or > LargestCopy)
            throw Wrong("copy-part-size must be between 5MiB and 5GiB");
        if (options.Parallelism < 1)
            throw Wrong("parallelism must be at least 1");
        if (options.Retries < 0 || options.OutageTime < TimeSpan.Zero)
            throw Wrong("retries and outage-time must be at least 0");
        if (options.Timeout <= TimeSpan.Zero || options.ConnectTimeout <= TimeSpan.Zero)
            throw Wrong("timeout and connect-timeout must be greater than zero");
        if (options.Proxy is { } proxy && !(Uri.TryCreate(proxy, UriKind.Absolute, out var url) && url.UserInfo.Length == 0))
            throw Wrong("the proxy is not a URL such as http://proxy:3128 without a user name");
    }

    private static StoreException Wrong(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
