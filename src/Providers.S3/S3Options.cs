using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// The options of the <c>s3</c> flavor. Default values follow the conventions of AWS tools: <c>AWS_*</c> variables, shared profiles and roles.
/// </summary>
public sealed class S3Options
{
    /// <summary>
    /// Gets or sets the URL of the service, such as <c>http://localhost:9000</c>. Default: <c>AWS_ENDPOINT_URL_S3</c>, <c>AWS_ENDPOINT_URL</c>, or Amazon's
    /// service.
    /// </summary>
    [StoreOption("endpoint", "URL of the service, for services other than Amazon's.")]
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the region. Default: the region of the environment or profile.</summary>
    [StoreOption("region", "Region, such as eu-central-1.")]
    public string? Region { get; set; }

    /// <summary>Gets or sets whether the bucket is part of the path instead of the host name. Default: true if an endpoint is set.</summary>
    [StoreOption("path-style", "Put the bucket in the path instead of the host name. Default: yes if an endpoint is set.")]
    public bool? PathStyle { get; set; }

    /// <summary>Gets or sets the name of a shared profile. Default: the default credential chain.</summary>
    [StoreOption("profile", "Name of a profile in the shared AWS files.")]
    public string? Profile { get; set; }

    /// <summary>Gets or sets the ARN of a role to assume with the credentials. Optional.</summary>
    [StoreOption("role", "ARN of a role to assume.")]
    public string? Role { get; set; }

    /// <summary>
    /// Gets or sets the URL of the service that provides the session of the role. Default: <c>AWS_ENDPOINT_URL_STS</c>, <c>AWS_ENDPOINT_URL</c>, or Amazon's
    /// service.
    /// </summary>
    [StoreOption("role-endpoint", "URL of the service (STS) that provides the session of the role, for services other than Amazon's.")]
    public string? RoleEndpoint { get; set; }

    /// <summary>Gets or sets the access key. Default: the default credential chain.</summary>
    [StoreOption("access-key", "Access key id.")]
    public string? AccessKey { get; set; }

    /// <summary>Gets or sets the secret key of <see cref="AccessKey"/>.</summary>
    [StoreOption("secret-key", "Secret access key.", Secret = true)]
    public string? SecretKey { get; set; }

    /// <summary>Gets or sets the session token of temporary keys.</summary>
    [StoreOption("session-token", "Session token of temporary keys.", Secret = true)]
    public string? SessionToken { get; set; }

    /// <summary>Gets or sets whether requests are sent without credentials.</summary>
    [StoreOption("anonymous", "Send requests without credentials, for public buckets.")]
    public bool Anonymous { get; set; }

    /// <summary>Gets or sets the server-side encryption. Default: that of the bucket.</summary>
    [StoreOption("sse", "Server-side encryption: AES256 or aws:kms. Default: that of the bucket.")]
    public string? Encryption { get; set; }

    /// <summary>Gets or sets the KMS key for <c>aws:kms</c>. Default: the key of the account.</summary>
    [StoreOption("sse-kms-key", "Id of the KMS key.")]
    public string? KmsKey { get; set; }

    /// <summary>Gets or sets the storage class of written files. Default: that of the service.</summary>
    [StoreOption("storage-class", "Storage class of written files, such as STANDARD_IA.")]
    public string? StorageClass { get; set; }

    /// <summary>Gets or sets whether the caller pays for requests to the bucket.</summary>
    [StoreOption("requester-pays", "Agree to pay for requests to a requester-pays bucket.")]
    public bool RequesterPays { get; set; }

    /// <summary>Gets or sets a name to add to the user agent.</summary>
    [StoreOption("user-agent", "Name to add to the user agent.")]
    public string? UserAgent { get; set; }

    /// <summary>Gets or sets the URL of a proxy. Default: the proxy of the environment.</summary>
    [StoreOption("proxy", "URL of a proxy, such as http://proxy:3128.")]
    public string? Proxy { get; set; }

    /// <summary>Gets or sets a file of PEM certificates to trust instead of those of the system.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }

    /// <summary>Gets or sets the maximum time for establishing a connection.</summary>
    [StoreOption("connect-timeout", "Maximum time for establishing a connection.")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets the maximum time without data from the service: before it accepts or responds to a request, and between the bytes of a response.
    /// </summary>
    [StoreOption("timeout", "Maximum time without data from the service, before a response and between the bytes of a response.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets or sets the maximum number of retries of a request. Default: as many as <see cref="OutageTime"/> allows.</summary>
    [StoreOption("retries", "Maximum number of retries of a failed request. Default: as many as outage-time allows.")]
    public int? Retries { get; set; }

    /// <summary>Gets or sets how long to wait for the end of an outage: a request is retried for this time after its first failure.</summary>
    [StoreOption("outage-time", "How long to wait for the end of an outage: a request is retried for this time after its first failure.")]
    public TimeSpan OutageTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Gets or sets the number of parts of one object that are written in parallel.</summary>
    [StoreOption("parallelism", "Number of parts of one object that are written in parallel.")]
    public int Parallelism { get; set; } = 8;

    /// <summary>Gets or sets the size of the first parts of a multipart upload; it increases so that the largest object fits.</summary>
    [StoreOption("part-size", "Size of the first parts of a large object; the size increases so that the largest object fits.", Size = true)]
    public int PartSize { get; set; } = 16 << 20;

    /// <summary>Gets or sets the size above which the service copies a file in parts. S3 copies at most 5 GiB at once.</summary>
    [StoreOption("copy-part-size", "Size above which the service copies a file in several parts; at most 5GiB.", Size = true)]
    public long CopyPartSize { get; set; } = 5L << 30;

    /// <summary>
    /// Gets or sets whether the service honors the conditions of writes. If false, conditional writes are refused. Default: true for Amazon's service; other
    /// services are tested at the first conditional write.
    /// </summary>
    [StoreOption("conditions", "Whether the service honors the conditions of writes (If-None-Match, If-Match); no for services that ignore them. Default: yes for Amazon's service; others are tested at the first conditional write.")]
    public bool? Conditions { get; set; }

    /// <summary>Gets or sets whether responses must contain the id of the request, as those of S3 do.</summary>
    [StoreOption("request-id", "Accept only responses with a request id (x-amz-request-id); no for services that do not send it.")]
    public bool RequestId { get; set; } = true;

    /// <summary>Gets or sets the checksum that the service verifies for each request.</summary>
    [StoreOption("checksum", "Checksum that the service verifies for each request: crc32c, or none for services without checksums.")]
    public S3Checksum Checksum { get; set; }
}

/// <summary>The checksum sent with each request.</summary>
public enum S3Checksum
{
    /// <summary>CRC-32C, computed with instructions of the processor.</summary>
    Crc32C,

    /// <summary>No checksum.</summary>
    None,
}
