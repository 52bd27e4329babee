using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>Options of the <c>azure</c> flavor. What is not given comes from the ecosystem's own conventions: <c>AZURE_STORAGE_*</c> and <c>AZURE_*</c> variables, identities.</summary>
public sealed class AzureOptions
{
    /// <summary>The storage account; null for that of the address, the connection string or <c>AZURE_STORAGE_ACCOUNT</c>.</summary>
    [StoreOption("account", "Storage account. The default is that of an abfs address, the connection string, or AZURE_STORAGE_ACCOUNT.")]
    public string? Account { get; set; }

    /// <summary>The blob service's address, such as <c>http://127.0.0.1:10000/devstoreaccount1</c>; null for the account's own.</summary>
    [StoreOption("endpoint", "Address of the account's blob service, for emulators, private endpoints and other clouds. The default is https://ACCOUNT.blob.core.windows.net.")]
    public string? Endpoint { get; set; }

    /// <summary>A connection string of the account.</summary>
    [StoreOption("connection-string", "Connection string of the account. The default is AZURE_STORAGE_CONNECTION_STRING, where no other credential is given.", Secret = true)]
    public string? ConnectionString { get; set; }

    /// <summary>The account's key.</summary>
    [StoreOption("account-key", "Key of the account. The default is AZURE_STORAGE_KEY, where no other credential is given.", Secret = true)]
    public string? AccountKey { get; set; }

    /// <summary>A shared access signature.</summary>
    [StoreOption("sas-token", "Shared access signature, with or without the leading '?'. The default is AZURE_STORAGE_SAS_TOKEN, where no other credential is given.", Secret = true)]
    public string? SasToken { get; set; }

    /// <summary>Whether to use the managed identity of the machine, and no other.</summary>
    [StoreOption("managed-identity", "Use the machine's managed identity alone, rather than the default chain of identities.")]
    public bool ManagedIdentity { get; set; }

    /// <summary>The client id of a user-assigned managed identity; null for the system-assigned one.</summary>
    [StoreOption("client-id", "Client id of a user-assigned managed identity.")]
    public string? ClientId { get; set; }

    /// <summary>Whether requests go without credentials.</summary>
    [StoreOption("anonymous", "Send requests without credentials, for public containers.")]
    public bool Anonymous { get; set; }

    /// <summary>The access tier of what is written; null for the account's default.</summary>
    [StoreOption("access-tier", "Access tier of what is written, such as Hot, Cool, Cold or Archive. The default is the account's own.")]
    public string? AccessTier { get; set; }

    /// <summary>The encryption scope of what is written; null for the container's default.</summary>
    [StoreOption("encryption-scope", "Encryption scope of what is written. The default is the container's own.")]
    public string? EncryptionScope { get; set; }

    /// <summary>A name to add to the user agent.</summary>
    [StoreOption("user-agent", "Name to add to the user agent, at most 24 characters.")]
    public string? UserAgent { get; set; }

    /// <summary>A proxy's address; null for the environment's.</summary>
    [StoreOption("proxy", "Address of a proxy, such as http://proxy:3128.")]
    public string? Proxy { get; set; }

    /// <summary>A file of PEM certificates to trust instead of the system's.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }

    /// <summary>How long the service may take to answer one try of a request, or to send the next bytes.</summary>
    [StoreOption("timeout", "How long the service may take to answer one try of a request, or to send the next bytes.")]
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

    /// <summary>How many blocks of one blob are written at once.</summary>
    [StoreOption("parallelism", "How many blocks of one blob are written at once.")]
    public int Parallelism { get; set; } = 8;

    /// <summary>The size of the first blocks of a large blob; it grows so that the largest blob fits.</summary>
    [StoreOption("part-size", "Size of the first blocks of a large blob; later ones grow so that the largest blob fits. What fits into one is written by one request.", Size = true)]
    public int PartSize { get; set; } = 16 << 20;

    /// <summary>Which checksum goes with each request that has a body; null for CRC-64, or MD5 where the account is the emulator's, which knows no other.</summary>
    [StoreOption("checksum", "Checksum that the service verifies for each request with a body. The default is crc64, and for the emulator's account md5, which costs more.")]
    public AzureChecksum? Checksum { get; set; }
}

/// <summary>Which checksum goes with each request that has a body, for the service to verify.</summary>
public enum AzureChecksum
{
    /// <summary>The service's CRC-64, computed by the processor.</summary>
    Crc64,

    /// <summary>MD5.</summary>
    Md5,

    /// <summary>None; reads are not checked either.</summary>
    None,
}
