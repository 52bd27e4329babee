namespace Cairn.Providers.Azure;

/// <summary>What a connection string of a storage account says of its blob service. No message shows any of it.</summary>
internal sealed record AzureConnectionString
{
    public bool IsEmulator { get; init; }

    public string? Account { get; init; }

    public string? Key { get; init; }

    public string? Sas { get; init; }

    public string? Endpoint { get; init; }

    public string? Protocol { get; init; }

    public string? Suffix { get; init; }

    /// <summary>Reads <c>Name=value;Name=value</c>.</summary>
    /// <param name="text">The connection string.</param>
    /// <param name="origin">Where it comes from, for the message.</param>
    public static AzureConnectionString Parse(string text, string origin)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (text.Trim() is [('"' or '\'') and var quote, .., var end] && end == quote)
            throw AzureAccount.Wrong($"{origin} stands in quotes, which are no part of it", "Remove them: only a shell needs them.");
        foreach (var setting in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (setting.Split('=', 2) is not [{ Length: > 0 } name, var value] || !settings.TryAdd(name, value))
                throw AzureAccount.Wrong($"{origin} is not a connection string", "Copy it from the account's access keys: Name=value, parted by semicolons.");
        }
        var parsed = new AzureConnectionString
        {
            IsEmulator = bool.TryParse(settings.GetValueOrDefault("UseDevelopmentStorage"), out var emulator) && emulator,
            Account = settings.GetValueOrDefault("AccountName"),
            Key = settings.GetValueOrDefault("AccountKey"),
            Sas = settings.GetValueOrDefault("SharedAccessSignature"),
            Endpoint = settings.GetValueOrDefault("BlobEndpoint"),
            Protocol = settings.GetValueOrDefault("DefaultEndpointsProtocol"),
            Suffix = settings.GetValueOrDefault("EndpointSuffix"),
        };
        if (parsed.Protocol is not (null or "http" or "https"))
            throw AzureAccount.Wrong($"DefaultEndpointsProtocol of {origin} is neither http nor https");
        if (settings.Keys.FirstOrDefault(static k => !Known.Contains(k)) is { } unknown && parsed is { Key: null, Sas: null })
            throw AzureAccount.Wrong($"{origin} holds no credential, and a setting that is not known: {ForMessage(unknown)}", "The names are AccountName, AccountKey, SharedAccessSignature, BlobEndpoint, DefaultEndpointsProtocol and EndpointSuffix.");
        return parsed is { IsEmulator: false, Account: null, Endpoint: null }
            ? throw AzureAccount.Wrong($"{origin} names neither an account nor a blob endpoint", "Copy it from the account's access keys: Name=value, parted by semicolons.")
            : parsed;
    }

    /// <summary>The names of settings, of other services too.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "UseDevelopmentStorage", "DevelopmentStorageProxyUri", "AccountName", "AccountKey", "SharedAccessSignature", "DefaultEndpointsProtocol", "EndpointSuffix", "BlobEndpoint", "BlobSecondaryEndpoint",
        "QueueEndpoint", "QueueSecondaryEndpoint", "TableEndpoint", "TableSecondaryEndpoint", "FileEndpoint", "FileSecondaryEndpoint",
    };

    /// <summary>A name is not a secret, but what stands in its place may be a part of one.</summary>
    private static string ForMessage(string name) => name.Length <= 40 && name.All(char.IsAsciiLetter) ? $"'{name}'" : "one that is no name";

    /// <summary>Nothing of it: it holds secrets.</summary>
    public override string ToString() => nameof(AzureConnectionString);
}
