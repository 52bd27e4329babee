namespace Cairn.Providers.Azure;

/// <summary>The blob service settings of a storage account's connection string. No message contains any of its text.</summary>
internal sealed record AzureConnectionString
{
    public bool IsEmulator { get; init; }

    public string? Account { get; init; }

    public string? Key { get; init; }

    public string? Sas { get; init; }

    public string? Endpoint { get; init; }

    public string? Protocol { get; init; }

    public string? Suffix { get; init; }

    /// <summary>Parses <c>Name=value;Name=value</c>.</summary>
    /// <param name="text">The connection string.</param>
    /// <param name="origin">The source of the text, for messages.</param>
    public static AzureConnectionString Parse(string text, string origin)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (text.Trim() is [('"' or '\'') and var quote, .., var end] && end == quote)
            throw AzureAccount.Wrong($"{origin} is in quotes, which are not part of it", "Remove them; only a shell needs them.");
        foreach (var setting in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (setting.Split('=', 2) is not [{ Length: > 0 } name, var value] || !settings.TryAdd(name, value))
                throw AzureAccount.Wrong($"{origin} is not a connection string", "Copy it from the account's access keys: Name=value pairs separated by semicolons.");
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
            throw AzureAccount.Wrong($"{origin} contains no credential and an unknown setting: {ForMessage(unknown)}",
                "The valid names are AccountName, AccountKey, SharedAccessSignature, BlobEndpoint, DefaultEndpointsProtocol and EndpointSuffix.");
        return parsed is { IsEmulator: false, Account: null, Endpoint: null }
            ? throw AzureAccount.Wrong($"{origin} contains neither an account nor a blob endpoint", "Copy it from the account's access keys: Name=value, parted by semicolons.")
            : parsed;
    }

    /// <summary>The names of known settings, including those of other services.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "UseDevelopmentStorage", "DevelopmentStorageProxyUri", "AccountName", "AccountKey", "SharedAccessSignature", "DefaultEndpointsProtocol", "EndpointSuffix", "BlobEndpoint",
            "BlobSecondaryEndpoint",
        "QueueEndpoint", "QueueSecondaryEndpoint", "TableEndpoint", "TableSecondaryEndpoint", "FileEndpoint", "FileSecondaryEndpoint",
    };

    /// <summary>A name is not a secret, but an unknown one may be a part of a secret.</summary>
    private static string ForMessage(string name) => name.Length <= 40 && name.All(char.IsAsciiLetter) ? $"'{name}'" : "one that is not a name";

    /// <summary>Returns no part of the text, because it contains secrets.</summary>
    public override string ToString() => nameof(AzureConnectionString);
}
