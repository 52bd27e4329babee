using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Options of the <c>s3</c> flavor. What is not given comes from the ecosystem's own conventions: <c>AWS_*</c> variables, shared profiles, roles.</summary>
public sealed class S3Options
{
    /// <summary>The service's address, such as <c>http://localhost:9000</c>; null for Amazon's, or <c>AWS_ENDPOINT_URL_S3</c> and <c>AWS_ENDPOINT_URL</c>.</summary>
    [StoreOption("endpoint", "Address of the service, for services other than Amazon's.")]
    public string? Endpoint { get; set; }

    /// <summary>The region; null for that of the environment or profile.</summary>
    [StoreOption("region", "Region, such as eu-central-1.")]
    public string? Region { get; set; }

    /// <summary>Whether the bucket goes into the path rather than the host name; null for yes with an endpoint of one's own.</summary>
    [StoreOption("path-style", "Put the bucket into the path rather than the host name. The default is yes where an endpoint is given.")]
    public bool? PathStyle { get; set; }

    /// <summary>The name of a shared profile; null for the default chain.</summary>
    [StoreOption("profile", "Name of a profile in the shared AWS files.")]
    public string? Profile { get; set; }

    /// <summary>The ARN of a role to assume with the credentials; null for none.</summary>
    [StoreOption("role", "ARN of a role to assume.")]
    public string? Role { get; set; }

    /// <summary>The address of the service that gives the role's session; null for <c>AWS_ENDPOINT_URL_STS</c>, <c>AWS_ENDPOINT_URL</c>, or Amazon's.</summary>
    [StoreOption("role-endpoint", "Address of the service that gives the role's session (STS), for services other than Amazon's.")]
    public string? RoleEndpoint { get; set; }

    /// <summary>The access key; null for the default chain.</summary>
    [StoreOption("access-key", "Access key id.")]
    public string? AccessKey { get; set; }

    /// <summary>The secret key of <see cref="AccessKey"/>.</summary>
    [StoreOption("secret-key", "Secret access key.", Secret = true)]
    public string? SecretKey { get; set; }

    /// <summary>The session token of temporary keys.</summary>
    [StoreOption("session-token", "Session token of temporary keys.", Secret = true)]
    public string? SessionToken { get; set; }

    /// <summary>Whether requests go without credentials.</summary>
    [StoreOption("anonymous", "Send requests without credentials, for public buckets.")]
    public bool Anonymous { get; set; }

    /// <summary>Server-side encryption; null for the bucket's own.</summary>
    [StoreOption("sse", "Server-side encryption: AES256 or aws:kms. The default is the bucket's own.")]
    public string? Encryption { get; set; }

    /// <summary>The KMS key of <c>aws:kms</c>; null for the account's own.</summary>
    [StoreOption("sse-kms-key", "Id of the KMS key.")]
    public string? KmsKey { get; set; }

    /// <summary>The storage class of what is written; null for the service's default.</summary>
    [StoreOption("storage-class", "Storage class of what is written, such as STANDARD_IA.")]
    public string? StorageClass { get; set; }

    /// <summary>Whether the caller pays for requests to the bucket.</summary>
    [StoreOption("requester-pays", "Agree to pay for requests to a requester-pays bucket.")]
    public bool RequesterPays { get; set; }

    /// <summary>A name to add to the user agent.</summary>
    [StoreOption("user-agent", "Name to add to the user agent.")]
    public string? UserAgent { get; set; }

    /// <summary>A proxy's address; null for the environment's.</summary>
    [StoreOption("proxy", "Address of a proxy, such as http://proxy:3128.")]
    public string? Proxy { get; set; }

    /// <summary>A file of PEM certificates to trust instead of the system's.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }

    /// <summary>How long a connection may take to be made.</summary>
    [StoreOption("connect-timeout", "How long a connection may take to be made.")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the service may stand still: before it takes or answers a request, and between the bytes of an answer.</summary>
    [StoreOption("timeout", "How long the service may stand still, before it answers and between the bytes of an answer.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a failed request is sent again at most; null for as often as <see cref="OutageTime"/> allows.</summary>
    [StoreOption("retries", "How often a failed request is sent again at most. The default is as often as outage-time allows.")]
    public int? Retries { get; set; }

    /// <summary>How long an outage of the service is waited for: a request is sent again for that long after its first failure.</summary>
    [StoreOption("outage-time", "How long an outage of the service is waited for: a request is sent again for that long after its first failure.")]
    public TimeSpan OutageTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How many parts of one object are written at once.</summary>
    [StoreOption("parallelism", "How many parts of one object are written at once.")]
    public int Parallelism { get; set; } = 8;

    /// <summary>The size of the first parts of a multipart upload; it grows so that the largest object fits.</summary>
    [StoreOption("part-size", "Size of the first parts of a large object; later ones grow so that the largest object fits.", Size = true)]
    public int PartSize { get; set; } = 16 << 20;

    /// <summary>Files above this are copied in parts, by the service; S3 itself copies at most 5 GiB at once.</summary>
    [StoreOption("copy-part-size", "Files above this are copied in several parts, by the service; at most 5GiB.", Size = true)]
    public long CopyPartSize { get; set; } = 5L << 30;

    /// <summary>
    /// Whether the service looks at the conditions of writes; without them nothing is created under one, and a write replaces what is there. Null for what is known of Amazon's own, and of others is found out at the first
    /// write under a condition.
    /// </summary>
    [StoreOption("conditions", "The service looks at the conditions of writes (If-None-Match, If-Match), as Amazon's does; no for services that pass over them. The default is to try it at the first such write, on services other than Amazon's.")]
    public bool? Conditions { get; set; }

    /// <summary>Whether an answer counts only when it names its request, as S3's do.</summary>
    [StoreOption("request-id", "Take only answers that name their request (x-amz-request-id); no for services that do not name them.")]
    public bool RequestId { get; set; } = true;

    /// <summary>Which checksum goes with each request for the service to verify.</summary>
    [StoreOption("checksum", "Checksum that the service verifies for each request: crc32c, or none for services that know none.")]
    public S3Checksum Checksum { get; set; }
}

/// <summary>Which checksum goes with each request.</summary>
public enum S3Checksum
{
    /// <summary>CRC-32C, computed by the processor.</summary>
    Crc32C,

    /// <summary>None.</summary>
    None,
}
