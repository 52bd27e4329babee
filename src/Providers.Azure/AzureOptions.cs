using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>
/// The options of the <c>azure</c> flavor. Default values follow the conventions of Azure tools: <c>AZURE_STORAGE_*</c> and <c>AZURE_*</c> variables and
/// identities.
/// </summary>
public sealed class AzureOptions
{
    /// <summary>Gets or sets the storage account. Default: the account of the URI, the connection string or <c>AZURE_STORAGE_ACCOUNT</c>.</summary>
    [StoreOption("account", "Storage account. Default: the account of an abfs URI, the connection string or AZURE_STORAGE_ACCOUNT.")]
    public string? Account { get; set; }

    /// <summary>Gets or sets the URL of the blob service, such as <c>http://127.0.0.1:10000/devstoreaccount1</c>. Default: the URL of the account.</summary>
    [StoreOption("endpoint", "URL of the account's blob service, for emulators, private endpoints and other clouds. Default: https://ACCOUNT.blob.core.windows.net.")]
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the connection string of the account.</summary>
    [StoreOption("connection-string", "Connection string of the account. Default: AZURE_STORAGE_CONNECTION_STRING, if no other credential is set.", Secret = true)]
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets the key of the account.</summary>
    [StoreOption("account-key", "Key of the account. Default: AZURE_STORAGE_KEY, if no other credential is set.", Secret = true)]
    public string? AccountKey { get; set; }

    /// <summary>Gets or sets a shared access signature.</summary>
    [StoreOption("sas-token", "Shared access signature, with or without the leading '?'. Default: AZURE_STORAGE_SAS_TOKEN, if no other credential is set.", Secret = true)]
    public string? SasToken { get; set; }

    /// <summary>Gets or sets whether to use only the managed identity of the machine.</summary>
    [StoreOption("managed-identity", "Use only the managed identity of the machine instead of the default chain of identities.")]
    public bool ManagedIdentity { get; set; }

    /// <summary>Gets or sets the client id of a user-assigned managed identity. Default: the system-assigned identity.</summary>
    [StoreOption("client-id", "Client id of a user-assigned managed identity.")]
    public string? ClientId { get; set; }

    /// <summary>Gets or sets whether requests are sent without credentials.</summary>
    [StoreOption("anonymous", "Send requests without credentials, for public containers.")]
    public bool Anonymous { get; set; }

    /// <summary>Gets or sets the access tier of written blobs. Default: that of the account.</summary>
    [StoreOption("access-tier", "Access tier of written blobs, such as Hot, Cool, Cold or Archive. Default: that of the account.")]
    public string? AccessTier { get; set; }

    /// <summary>Gets or sets the encryption scope of written blobs. Default: that of the container.</summary>
    [StoreOption("encryption-scope", "Encryption scope of written blobs. Default: that of the container.")]
    public string? EncryptionScope { get; set; }

    /// <summary>Gets or sets a name to add to the user agent.</summary>
    [StoreOption("user-agent", "Name to add to the user agent, at most 24 characters.")]
    public string? UserAgent { get; set; }

    /// <summary>Gets or sets the URL of a proxy. Default: the proxy of the environment.</summary>
    [StoreOption("proxy", "URL of a proxy, such as http://proxy:3128.")]
    public string? Proxy { get; set; }

    /// <summary>Gets or sets a file of PEM certificates to trust instead of those of the system.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }

    /// <summary>Gets or sets the maximum time for a response to one attempt of a request, and between the bytes of a response.</summary>
    [StoreOption("timeout", "Maximum time for a response to one attempt of a request, and between the bytes of a response.")]
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

    /// <summary>Gets or sets the number of blocks of one blob that are written in parallel.</summary>
    [StoreOption("parallelism", "Number of blocks of one blob that are written in parallel.")]
    public int Parallelism { get; set; } = 8;

    /// <summary>Gets or sets the size of the first blocks of a large blob; it increases so that the largest blob fits.</summary>
    [StoreOption("part-size", "Size of the first blocks of a large blob; the size increases so that the largest blob fits. Content that fits in one block is written with one request.", Size = true)]
    public int PartSize { get; set; } = 16 << 20;

    /// <summary>
    /// Gets or sets the checksum of each request that has a body. Default: CRC-64, or MD5 for the account of the emulator, which supports no other.
    /// </summary>
    [StoreOption("checksum", "Checksum that the service verifies for each request with a body. Default: crc64, or md5 for the account of the emulator, which is slower.")]
    public AzureChecksum? Checksum { get; set; }
}

/// <summary>The checksum that is sent with each request that has a body and verified by the service.</summary>
public enum AzureChecksum
{
    /// <summary>The CRC-64 of the service, computed with instructions of the processor.</summary>
    Crc64,

    /// <summary>MD5.</summary>
    Md5,

    /// <summary>No checksum; reads are not verified either.</summary>
    None,
}
