using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>The SDK's client, whose own retries also send again what the SDK gives up: a 429, and what was signed with a session that has just ended.</summary>
internal sealed class S3Client : AmazonS3Client
{
    private readonly TimeProvider _clock;

    public S3Client(AWSCredentials? credentials, AmazonS3Config config, TimeProvider clock)
        : base(credentials, config) => _clock = clock;

    public S3Client(AmazonS3Config config, TimeProvider clock)
        : base(config) => _clock = clock;

    /// <summary>Called by the base's constructor, before there is a clock.</summary>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        // It writes down the stack of every failed request, a look at a file that does not exist among them, which reads the symbols of all assemblies on it.
        pipeline.RemoveHandler<MetricsHandler>();
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new S3Retries(Config, () => _clock)));
    }
}
