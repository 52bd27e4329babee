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
        return parsed is { IsEmulator: false, Account: null, Endpoint: null }
            ? throw AzureAccount.Wrong($"{origin} names neither an account nor a blob endpoint", "Copy it from the account's access keys: Name=value, parted by semicolons.")
            : parsed;
    }

    /// <summary>Nothing of it: it holds secrets.</summary>
    public override string ToString() => nameof(AzureConnectionString);
}
