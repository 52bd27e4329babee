namespace Cairn.Providers.Azure;

/// <summary>The account, blob service, container and credential selected by a URI and options.</summary>
internal sealed class AzureAccount
{
    /// <summary>The name of the account of every emulator.</summary>
    public const string EmulatorName = "devstoreaccount1";

    /// <summary>Published by Microsoft for every emulator; not valid elsewhere.</summary>
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private AzureAccount(string? name, Uri endpoint, string container) => (Name, Endpoint, Container) = (name, endpoint, container);

    /// <summary>Gets the name of the account, or null if only an endpoint is known.</summary>
    public string? Name { get; }

    public Uri Endpoint { get; }

    public string Container { get; }

    public string? Key { get; private init; }

    public string? Sas { get; private init; }

    /// <summary>Selects the account from the options, the URI and the environment, in this order.</summary>
    public static AzureAccount Resolve(StoreUri root, AzureOptions options, Func<string, string?> environment)
    {
        CheckOneCredential(options);
        var (container, host) = Split(root);
        var isOwnCredential = options is not { ConnectionString: null, AccountKey: null, SasToken: null, ManagedIdentity: false, Anonymous: false };
        var given = options.ConnectionString is { } text ? AzureConnectionString.Parse(text, "option 'connection-string'") : null;
        var name = options.Account ?? host?.Split('.')[0] ?? given?.Account;
        if (host is not null && options.Account is { } account && account != host.Split('.')[0])
            throw Wrong($"option 'account' is {account}, but the URI has the account {host}");
        if (!isOwnCredential && environment("AZURE_STORAGE_CONNECTION_STRING") is { Length: > 0 } fromEnvironment)
        {
            var found = AzureConnectionString.Parse(fromEnvironment, "AZURE_STORAGE_CONNECTION_STRING");
            // A credential of the environment for an account other than that of the URI is not for this store.
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
            ?? throw Wrong($"the storage account of {root} is unknown",
                "Set the option 'account', AZURE_STORAGE_ACCOUNT or a connection string, or write abfss://container@account.dfs.core.windows.net/path.");
        var key = options.AccountKey ?? given?.Key ?? (isOwnCredential ? null : environment("AZURE_STORAGE_KEY"));
        var sas = options.SasToken ?? given?.Sas ?? (isOwnCredential || key is { Length: > 0 } ? null : environment("AZURE_STORAGE_SAS_TOKEN"));
        var url = Address(endpoint);
        if (key is { Length: > 0 })
        {
            name ??= url.Host.Split('.')[0];
            if (!Convert.TryFromBase64String(key, new byte[key.Length], out _))
                throw Wrong("the account key is not valid Base64", "Check account-key, AZURE_STORAGE_KEY or the connection string.");
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
                ? throw Wrong($"{root} is not a URI of a container")
                : (root.Container, null);
        }
        if (root.Scheme == "az")
            throw Wrong($"{root} contains an account, as in abfs URIs", "Write az://container/path with option 'account', or abfss://container@account.dfs.core.windows.net/path.");
        return container.Length > 0 && host.Contains('.', StringComparison.Ordinal)
            ? (container, host)
            : throw Wrong($"{root} does not contain a container and the host of an account", "Write abfss://container@account.dfs.core.windows.net/path.");
    }

    private static Uri Address(string endpoint)
    {
        if (endpoint.Trim() != endpoint)
            throw Wrong("the endpoint begins or ends with a space", "Remove it.");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw Wrong($"the endpoint is not an http or https URL: '{Shown(endpoint)}'",
                "Write it as https://ACCOUNT.blob.core.windows.net. In a connection string, it consists of DefaultEndpointsProtocol, AccountName and EndpointSuffix.");
        if (url.UserInfo.Length > 0 || url.Query.Length > 0)
            throw Wrong("the endpoint contains credentials", "Specify them as account-key or sas-token.");
        return url;
    }

    /// <summary>Returns an endpoint without the parts that may contain secrets.</summary>
    private static string Shown(string endpoint) => endpoint.IndexOfAny(['?', '@']) is var end and >= 0 ? endpoint[..end] + "\u2026" : endpoint;

    private static void CheckOneCredential(AzureOptions options)
    {
        (string Name, bool Given)[] all =
        [
            ("connection-string", options.ConnectionString is not null), ("account-key", options.AccountKey is not null), ("sas-token", options.SasToken is not null),
            ("managed-identity", options.ManagedIdentity), ("anonymous", options.Anonymous),
        ];
        if (all.Where(c => c.Given).Select(c => c.Name).ToArray() is { Length: > 1 } several)
            throw Wrong($"{string.Join(" and ", several)} are set, but only one of them can be used");
        if (options is { ClientId: not null, ManagedIdentity: false })
            throw Wrong("client-id requires managed-identity");
    }
}
