using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>
/// The options of the <c>gcs</c> flavor. Default values follow the conventions of Google tools: application default credentials and
/// <c>STORAGE_EMULATOR_HOST</c>.
/// </summary>
public sealed class GcsOptions
{
    /// <summary>Gets or sets the URL of the service. Default: <c>STORAGE_EMULATOR_HOST</c>, or Google's service.</summary>
    [StoreOption("endpoint", "URL of the service, for an emulator or a private endpoint. Default: STORAGE_EMULATOR_HOST, or Google's service.")]
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets a file with a service account key or another Google credential. Default: application default credentials.</summary>
    [StoreOption("key-file", "File with a service account key or another Google credential in JSON.")]
    public string? KeyFile { get; set; }

    /// <summary>Gets or sets the content of such a file.</summary>
    [StoreOption("key", "Text of a service account key or another Google credential in JSON.", Secret = true)]
    public string? Key { get; set; }

    /// <summary>Gets or sets an OAuth access token, which is used until it expires.</summary>
    [StoreOption("access-token", "OAuth access token; it is not refreshed.", Secret = true)]
    public string? AccessToken { get; set; }

    /// <summary>Gets or sets whether requests are sent without credentials.</summary>
    [StoreOption("anonymous", "Send requests without credentials, for public buckets. Default: yes for STORAGE_EMULATOR_HOST; otherwise, no.")]
    public bool Anonymous { get; set; }

    /// <summary>Gets or sets the project that pays for requests. Default: that of the bucket.</summary>
    [StoreOption("user-project", "Project that pays for requests to a requester-pays bucket.")]
    public string? UserProject { get; set; }

    /// <summary>Gets or sets the storage class of written objects. Default: that of the bucket.</summary>
    [StoreOption("storage-class", "Storage class of written objects, such as NEARLINE. Default: that of the bucket.")]
    public string? StorageClass { get; set; }

    /// <summary>Gets or sets the customer-managed key that encrypts written objects. Default: that of the bucket.</summary>
    [StoreOption("kms-key", "Name of the Cloud KMS key that encrypts written objects. Default: that of the bucket.")]
    public string? KmsKey { get; set; }

    /// <summary>Gets or sets a name to add to the user agent.</summary>
    [StoreOption("user-agent", "Name to add to the user agent.")]
    public string? UserAgent { get; set; }

    /// <summary>Gets or sets the URL of a proxy. Default: the proxy of the environment.</summary>
    [StoreOption("proxy", "URL of a proxy, such as http://proxy:3128.")]
    public string? Proxy { get; set; }

    /// <summary>Gets or sets a file of PEM certificates to trust instead of those of the system.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }

    /// <summary>Gets or sets the maximum time before a response, and between the bytes that the service receives or sends.</summary>
    [StoreOption("timeout", "Maximum time before a response, and between the bytes that the service receives or sends.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Gets or sets the maximum number of retries of a request. Default: as many as <see cref="OutageTime"/> allows.</summary>
    [StoreOption("retries", "Maximum number of retries of a failed request. Default: as many as outage-time allows.")]
    public int? Retries { get; set; }

    /// <summary>Gets or sets how long to wait for the end of an outage: a request is retried for this time after its first failure.</summary>
    [StoreOption("outage-time", "How long to wait for the end of an outage: a request is retried for this time after its first failure.")]
    public TimeSpan OutageTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Gets or sets the approximate delay before the first retry; it doubles with each further retry.</summary>
    [StoreOption("retry-delay", "Delay before the first retry; it doubles with each further retry, up to 5s.")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets or sets the number of parts of one object that are written in parallel.</summary>
    [StoreOption("parallelism", "Number of parts of one object that are written in parallel.")]
    public int Parallelism { get; set; } = 8;

    /// <summary>Gets or sets the size of the parts of a large object.</summary>
    [StoreOption("part-size", "Size of the parts of a large object, a multiple of 256KiB; the size of composed parts increases so that the largest object fits.", Size = true)]
    public int PartSize { get; set; } = 16 << 20;

    /// <summary>Gets or sets when a large object is written as parallel parts that the service composes.</summary>
    [StoreOption("composite", "When to write a large object as parallel parts that the service composes: auto if the length is known and at least four parts.")]
    public GcsComposite Composite { get; set; }

    /// <summary>Gets or sets the API that reads content.</summary>
    [StoreOption("reads", "API that reads content: auto is xml for Google's endpoint, whose responses contain the metadata, and json for others.")]
    public GcsReads Reads { get; set; }
}

/// <summary>The condition for writing a large object as parallel parts that the service composes.</summary>
public enum GcsComposite
{
    /// <summary>If the length is known and at least four parts, and no storage class with early-deletion fees is requested.</summary>
    Auto,

    /// <summary>Whenever the content has more than one part.</summary>
    Always,

    /// <summary>Never: a resumable upload writes the parts sequentially.</summary>
    Never,
}

/// <summary>The API that reads content.</summary>
public enum GcsReads
{
    /// <summary>XML for Google's endpoint, JSON for others.</summary>
    Auto,

    /// <summary><c>objects.get</c> with <c>alt=media</c>.</summary>
    Json,

    /// <summary><c>GET /bucket/object</c>.</summary>
    Xml,
}
