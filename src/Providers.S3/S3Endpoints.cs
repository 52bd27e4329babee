using Amazon.Runtime.Endpoints;
using Amazon.S3.Endpoints;

namespace Cairn.Providers.S3;

/// <summary>Keeps the last endpoint that the SDK's rules gave. They are worked out twice for each request, at a tenth of its cost, and for one bucket come to the same.</summary>
internal sealed class S3Endpoints(IEndpointProvider rules) : IEndpointProvider
{
    private volatile Resolved? _last;

    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters is not S3EndpointParameters s3)
            return rules.ResolveEndpoint(parameters);
        var asked = new Question(
            s3.Bucket, s3.Region, s3.Endpoint, s3.UseFIPS, s3.UseDualStack, s3.ForcePathStyle, s3.Accelerate, s3.UseGlobalEndpoint, s3.UseObjectLambdaEndpoint, s3.DisableAccessPoints,
            s3.DisableMultiRegionAccessPoints, s3.UseArnRegion, s3.UseS3ExpressControlEndpoint, s3.DisableS3ExpressSessionAuth);
        if (_last is not { } last || last.Question != asked)
        {
            var found = rules.ResolveEndpoint(parameters);
            _last = last = new(asked, found.URL, found);
        }
        // A new one for each request: the SDK adds a slash to the address of a request that names no object.
        return new(last.Url) { Attributes = last.Endpoint.Attributes, Headers = last.Endpoint.Headers };
    }

    /// <summary>What the rules look at: all parameters but the names of objects.</summary>
    private readonly record struct Question(
        string? Bucket,
        string? Region,
        string? Endpoint,
        bool? UseFips,
        bool? UseDualStack,
        bool? ForcePathStyle,
        bool? Accelerate,
        bool? UseGlobalEndpoint,
        bool? UseObjectLambdaEndpoint,
        bool? DisableAccessPoints,
        bool? DisableMultiRegionAccessPoints,
        bool? UseArnRegion,
        bool? UseS3ExpressControlEndpoint,
        bool? DisableS3ExpressSessionAuth);

    private sealed record Resolved(Question Question, string Url, Endpoint Endpoint);
}
