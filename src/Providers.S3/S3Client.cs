using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>The SDK's client, whose own retries have a budget of time, and also send again what the SDK gives up: a 429, and what was signed with a session that has just ended.</summary>
internal sealed class S3Client : AmazonS3Client
{
    private readonly S3Options _options;
    private readonly ServiceContact _contact;
    private readonly TimeProvider _clock;

    public S3Client(AWSCredentials credentials, AmazonS3Config config, S3Options options, ServiceContact contact, TimeProvider clock)
        : base(credentials, config) => (_options, _contact, _clock) = (options, contact, clock);

    public S3Client(AmazonS3Config config, S3Options options, ServiceContact contact, TimeProvider clock)
        : base(config) => (_options, _contact, _clock) = (options, contact, clock);

    /// <summary>Called by the base's constructor, before there are options and a clock.</summary>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        // It writes down the stack of every failed request, a look at a file that does not exist among them, which reads the symbols of all assemblies on it.
        pipeline.RemoveHandler<MetricsHandler>();
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new S3Retries(Config, () => new(_options.OutageTime, _options.Retries, S3Retries.FirstDelay, _clock), () => _contact, () => _clock)));
    }
}
