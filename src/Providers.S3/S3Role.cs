using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Providers.S3;

/// <summary>The session of an assumed role, which is renewed before it expires. Its requests use the proxy, timeouts and certificates of the store.</summary>
internal sealed class S3Role : RefreshingAWSCredentials
{
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromMinutes(5);

    private readonly AWSCredentials _source;
    private readonly AmazonSecurityTokenServiceConfig _config;
    private readonly string _role;

    public S3Role(S3Options options, AWSCredentials source)
    {
        (_source, _role) = (source, options.Role!);
        PreemptExpiryTime = RenewedBefore;
        _config = new() { HttpClientFactory = new S3HttpClients(options, contact: null), MaxErrorRetry = options.Retries ?? 5, RetryMode = RequestRetryMode.Standard, AllowAutoRedirect = false };
        var region = options.Region ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") ?? "us-east-1";
        if (S3Clients.Address(options.RoleEndpoint, "role-endpoint", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL") is { } url)
            (_config.ServiceURL, _config.AuthenticationRegion, _config.UseHttp) = (url.OriginalString, region, url.Scheme == "http");
        else
            _config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
    }

    protected override CredentialsRefreshState GenerateNewCredentials() => Synchronously.Wait(GenerateNewCredentialsAsync());

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        using var client = new AmazonSecurityTokenServiceClient(_source, _config);
        var session = (await client.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = _role, RoleSessionName = "cairn" }).ConfigureAwait(false)).Credentials;
        return new(new(session.AccessKeyId, session.SecretAccessKey, session.SessionToken), session.Expiration ?? DateTime.MaxValue);
    }
}
