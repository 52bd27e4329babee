namespace Cairn.Providers.Azure;

/// <summary>Which account, blob service and container an address and options mean, and with what credential.</summary>
internal sealed class AzureAccount
{
    /// <summary>The account of every emulator.</summary>
    public const string EmulatorName = "devstoreaccount1";

    /// <summary>Published by Microsoft for every emulator, and worth nothing elsewhere.</summary>
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private AzureAccount(string? name, Uri endpoint, string container) => (Name, Endpoint, Container) = (name, endpoint, container);

    /// <summary>The account; null where only an endpoint is known.</summary>
    public string? Name { get; }

    public Uri Endpoint { get; }

    public string Container { get; }

    public string? Key { get; private init; }

    public string? Sas { get; private init; }

    /// <summary>Resolves, options first, then the address, then the environment.</summary>
    public static AzureAccount Resolve(StoreUri root, AzureOptions options, Func<string, string?> environment)
    {
        CheckOneCredential(options);
        var (container, host) = Split(root);
        var isOwnCredential = options is not { ConnectionString: null, AccountKey: null, SasToken: null, ManagedIdentity: false, Anonymous: false };
        var given = options.ConnectionString is { } text ? AzureConnectionString.Parse(text, "option 'connection-string'") : null;
        var name = options.Account ?? host?.Split('.')[0] ?? given?.Account;
        if (host is not null && options.Account is { } account && account != host.Split('.')[0])
            throw Wrong($"option 'account' names {account} and the address {host}");
        if (!isOwnCredential && environment("AZURE_STORAGE_CONNECTION_STRING") is { Length: > 0 } fromEnvironment)
        {
            var found = AzureConnectionString.Parse(fromEnvironment, "AZURE_STORAGE_CONNECTION_STRING");
            // One for another account than the address names is not for this store.
            if (name is null || found.Account is null || found.Account == name)
                (given, name, isOwnCredential) = (found, name ?? found.Account, true);
        }
        name ??= environment("AZURE_STORAGE_ACCOUNT") is { Length: > 0 } variable ? variable : null;
        if (given?.IsEmulator == true)
            given = given with { Account = EmulatorName, Key = EmulatorKey, Endpoint = given.Endpoint ?? $"http://127.0.0.1:10000/{EmulatorName}" };
        name ??= given?.Account;
        var endpoint = options.Endpoint ?? given?.Endpoint
            ?? (host is not null ? "https://" + host.Replace(".dfs.", ".blob.", StringComparison.Ordinal) : null)
            ?? (environment("AZURE_STORAGE_SERVICE_ENDPOINT") is { Length: > 0 } service ? service : null)
            ?? (name is not null ? $"{given?.Protocol ?? "https"}://{name}.blob.{given?.Suffix ?? "core.windows.net"}" : null)
            ?? throw Wrong($"no storage account is known for {root}", "Name one by option 'account', by AZURE_STORAGE_ACCOUNT or a connection string, or write abfss://container@account.dfs.core.windows.net/path.");
        var key = options.AccountKey ?? given?.Key ?? (isOwnCredential ? null : environment("AZURE_STORAGE_KEY"));
        var sas = options.SasToken ?? given?.Sas ?? (isOwnCredential || key is { Length: > 0 } ? null : environment("AZURE_STORAGE_SAS_TOKEN"));
        var url = Address(endpoint);
        if (key is { Length: > 0 })
        {
            name ??= url.Host.Split('.')[0];
            if (!Convert.TryFromBase64String(key, new byte[key.Length], out _))
                throw Wrong("the account key is not Base64, as every key is", "Check account-key, AZURE_STORAGE_KEY or the connection string.");
        }
        return new(name, url, container) { Key = key is { Length: > 0 } ? key : null, Sas = sas is { Length: > 0 } ? sas.TrimStart('?') : null };
    }

    internal static StoreException Wrong(string reason, string? advice = null, Exception? inner = null) =>
        new(new StoreFault(StoreErrorCode.InvalidConfiguration, reason) { Advice = advice }, inner);

    private static (string Container, string? Host) Split(StoreUri root)
    {
        if (root.Container.Split('@') is not [var container, var host])
        {
            return root.Container.Contains('@', StringComparison.Ordinal)
                ? throw Wrong($"{root} is not an address of a container")
                : (root.Container, null);
        }
        if (root.Scheme == "az")
            throw Wrong($"{root} names an account as abfs addresses do", "Write az://container/path with option 'account', or abfss://container@account.dfs.core.windows.net/path.");
        return container.Length > 0 && host.Contains('.', StringComparison.Ordinal)
            ? (container, host)
            : throw Wrong($"{root} does not name a container and an account's host", "Write abfss://container@account.dfs.core.windows.net/path.");
    }

    private static Uri Address(string endpoint)
    {
        if (endpoint.Trim() != endpoint)
            throw Wrong("the endpoint begins or ends with a blank", "Remove it.");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw Wrong($"the endpoint is not an http or https address: '{Shown(endpoint)}'", "Write it as https://ACCOUNT.blob.core.windows.net. In a connection string, DefaultEndpointsProtocol, AccountName and EndpointSuffix make it.");
        if (url.UserInfo.Length > 0 || url.Query.Length > 0)
            throw Wrong("the endpoint carries credentials", "Give them as account-key or sas-token.");
        return url;
    }

    /// <summary>An endpoint without what might be a secret.</summary>
    private static string Shown(string endpoint) => endpoint.IndexOfAny(['?', '@']) is var end and >= 0 ? endpoint[..end] + "\u2026" : endpoint;

    private static void CheckOneCredential(AzureOptions options)
    {
        (string Name, bool Given)[] all =
        [
            ("connection-string", options.ConnectionString is not null), ("account-key", options.AccountKey is not null), ("sas-token", options.SasToken is not null),
            ("managed-identity", options.ManagedIdentity), ("anonymous", options.Anonymous),
        ];
        if (all.Where(c => c.Given).Select(c => c.Name).ToArray() is { Length: > 1 } several)
            throw Wrong($"{string.Join(" and ", several)} are given, and only one of them can be used");
        if (options is { ClientId: not null, ManagedIdentity: false })
            throw Wrong("client-id goes with managed-identity");
    }
}
