using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Options of the <c>gcs</c> flavor. What is not given comes from the ecosystem's own conventions: application default credentials, <c>STORAGE_EMULATOR_HOST</c>.</summary>
public sealed class GcsOptions
{
    /// <summary>The service's address; null for <c>STORAGE_EMULATOR_HOST</c>, or Google's own.</summary>
    [StoreOption("endpoint", "Address of the service, for an emulator or a private endpoint. The default is STORAGE_EMULATOR_HOST, or Google's.")]
    public string? Endpoint { get; set; }

    /// <summary>A file with a service account key or another Google credential; null for application default credentials.</summary>
    [StoreOption("key-file", "File with a service account key, or another credential of Google's in JSON.")]
    public string? KeyFile { get; set; }

    /// <summary>The text of such a file.</summary>
    [StoreOption("key", "Text of a service account key, or another credential of Google's in JSON.", Secret = true)]
    public string? Key { get; set; }

    /// <summary>An OAuth access token, used as it is until it expires.</summary>
    [StoreOption("access-token", "OAuth access token; it is not refreshed.", Secret = true)]
    public string? AccessToken { get; set; }

    /// <summary>Whether requests go without credentials.</summary>
    [StoreOption("anonymous", "Send requests without credentials, for public buckets. The default is yes for STORAGE_EMULATOR_HOST.")]
    public bool Anonymous { get; set; }

    /// <summary>The project that pays for requests; null for the bucket's.</summary>
    [StoreOption("user-project", "Project that pays for requests to a requester-pays bucket.")]
    public string? UserProject { get; set; }

    /// <summary>The storage class of what is written; null for the bucket's.</summary>
    [StoreOption("storage-class", "Storage class of what is written, such as NEARLINE. The default is the bucket's.")]
    public string? StorageClass { get; set; }

    /// <summary>The customer-managed key that encrypts what is written; null for the bucket's.</summary>
    [StoreOption("kms-key", "Name of the Cloud KMS key that encrypts what is written. The default is the bucket's.")]
    public string? KmsKey { get; set; }

    /// <summary>A name to add to the user agent.</summary>
    [StoreOption("user-agent", "Name to add to the user agent.")]
    public string? UserAgent { get; set; }

    /// <summary>A proxy's address; null for the environment's.</summary>
    [StoreOption("proxy", "Address of a proxy, such as http://proxy:3128.")]
    public string? Proxy { get; set; }

    /// <summary>A file of PEM certificates to trust instead of the system's.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }

    /// <summary>How long the service may take to begin an answer, or to take or give the next bytes.</summary>
    [StoreOption("timeout", "How long the service may take to begin an answer, or to take or give the next bytes.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How often a failed request is sent again at most; null for as often as <see cref="OutageTime"/> allows.</summary>
    [StoreOption("retries", "How often a failed request is sent again at most. The default is as often as outage-time allows.")]
    public int? Retries { get; set; }

    /// <summary>How long an outage of the service is waited for: a request is sent again for that long after its first failure.</summary>
    [StoreOption("outage-time", "How long an outage of the service is waited for: a request is sent again for that long after its first failure.")]
    public TimeSpan OutageTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>The wait before the first repetition, give or take a quarter; it doubles with each further one.</summary>
    [StoreOption("retry-delay", "The wait before the first repetition; it doubles with each further one, up to 5s.")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many parts of one object are written at once.</summary>
    [StoreOption("parallelism", "How many parts of one object are written at once.")]
    public int Parallelism { get; set; } = 8;

    /// <summary>The size of the parts of a large object.</summary>
    [StoreOption("part-size", "Size of the parts of a large object, a multiple of 256KiB; parts that are composed grow so that the largest object fits.", Size = true)]
    public int PartSize { get; set; } = 16 << 20;

    /// <summary>When a large object is written as parallel parts that the service composes.</summary>
    [StoreOption("composite", "When to write a large object as parallel parts that the service composes: auto is where its length is known and at least four parts.")]
    public GcsComposite Composite { get; set; }

    /// <summary>Which API reads content.</summary>
    [StoreOption("reads", "API that reads content: auto is xml on Google's own endpoint, whose answers carry the metadata, and json on another.")]
    public GcsReads Reads { get; set; }
}

/// <summary>When a large object is written as parallel parts that the service composes.</summary>
public enum GcsComposite
{
    /// <summary>Where the length is known, is at least four parts, and no storage class with early-deletion fees is asked for.</summary>
    Auto,

    /// <summary>Whenever it takes more than one part.</summary>
    Always,

    /// <summary>Never: one resumable upload, part after part.</summary>
    Never,
}

/// <summary>Which API reads content.</summary>
public enum GcsReads
{
    /// <summary>XML on Google's own endpoint, JSON on another.</summary>
    Auto,

    /// <summary><c>objects.get</c> with <c>alt=media</c>.</summary>
    Json,

    /// <summary><c>GET /bucket/object</c>.</summary>
    Xml,
}
