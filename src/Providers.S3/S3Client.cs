using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// The SDK's client with retries limited by time. It also retries requests that the SDK gives up: a 429, and requests signed with a session that has just
/// expired.
/// </summary>
internal sealed class S3Client : AmazonS3Client
{
    private readonly S3Options _options;
    private readonly ServiceContact _contact;
    private readonly TimeProvider _clock;

    public S3Client(AWSCredentials credentials, AmazonS3Config config, S3Options options, ServiceContact contact, TimeProvider clock)
        : base(credentials, config) => (_options, _contact, _clock) = (options, contact, clock);

    public S3Client(AmazonS3Config config, S3Options options, ServiceContact contact, TimeProvider clock)
        : base(config) => (_options, _contact, _clock) = (options, contact, clock);

    /// <summary>Called by the constructor of the base class, before options and clock are set.</summary>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        // This handler records the stack trace of every failed request, including checks for missing files, which reads the symbols of all assemblies
        // involved.
        pipeline.RemoveHandler<MetricsHandler>();
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new S3Retries(Config, () => new(_options.OutageTime, _options.Retries, S3Retries.FirstDelay, _clock), () => _contact, () => _clock)));
    }
}
