using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Storage.v1;

namespace Cairn.Providers.Gcs;

/// <summary>Finds the credentials: which they are is the options' and the environment's matter, and all that they do is the SDK's. Nothing is asked of the network before the first request.</summary>
internal sealed class GcsCredentials
{
    private const string Scope = StorageService.ScopeConstants.DevstorageFullControl;

    private readonly GcsOptions _options;
    private readonly string? _json;
    private readonly bool _isAnonymous;

    private GcsCredentials(GcsOptions options, bool isAnonymous, string? json) => (_options, _isAnonymous, _json) = (options, isAnonymous, json);

    /// <summary>Whether URLs can be signed, as far as it shows without a request: a service account's key signs itself; the metadata server and an impersonation let the service sign.</summary>
    public bool CanSign => !_isAnonymous && _options.AccessToken is null
        && KindOf(_json ?? ApplicationDefault()) is null or JsonCredentialParameters.ServiceAccountCredentialType or JsonCredentialParameters.ImpersonatedServiceAccountCredentialType;

    public static GcsCredentials Make(GcsOptions options, bool isEmulator)
    {
        var json = options.Key;
        if (options.KeyFile is { } file)
        {
            try
            {
                json = File.ReadAllText(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Wrong($"option 'key-file' names {file}, which cannot be read", e);
            }
        }
        if (json is not null && KindOf(json) is null)
            throw Wrong($"option '{(options.Key is null ? "key-file" : "key")}' holds no credential of Google's: JSON with a \"type\"", null);
        var isAnonymous = options.Anonymous || (isEmulator && json is null && options.AccessToken is null);
        if (isAnonymous && options.UserProject is not null)
            throw Wrong("option 'user-project' needs credentials: without them no project can pay", null);
        return new(options, isAnonymous, json);
    }

    /// <summary>Loads them; null when requests go without.</summary>
    public async ValueTask<GoogleCredential?> LoadAsync(GcsHttp http, CancellationToken cancellationToken)
    {
        if (_isAnonymous)
            return null;
        if (_json is null && _options.AccessToken is null)
            CheckNamed();
        try
        {
            var credential = _options.AccessToken is { } token ? GoogleCredential.FromAccessToken(token)
                : _json is not null ? CredentialFactory.FromJson(_json, KindOf(_json))
                : await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false);
            credential = credential.CreateScoped(Scope).CreateWithHttpClientFactory(http);
            return _options.UserProject is { } project ? credential.CreateWithQuotaProject(project) : credential;
        }
        catch (Exception e) when (_json is not null && e is not OperationCanceledException)
        {
            // What the library says may show parts of the key.
            throw Wrong($"option '{(_options.Key is null ? "key-file" : "key")}' holds a credential that cannot be used ({e.GetType().Name})", null);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or FormatException)
        {
            if (Named() is { } named)
                throw Broken(named, "holds a credential that cannot be used", null);
            throw new StoreException(
                new StoreFault(StoreErrorCode.Unauthenticated, "no Google credentials were found")
                {
                    Advice = "Set GOOGLE_APPLICATION_CREDENTIALS, run 'gcloud auth application-default login', or give the store a key-file.",
                },
                e);
        }
    }

    private static string? Named() => Environment.GetEnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS") is { Length: > 0 } file ? file : null;

    /// <summary>The library says of a file that is missing or broken only that there are no credentials, and keeps what it once found.</summary>
    private static void CheckNamed()
    {
        if (Named() is not { } file)
            return;
        try
        {
            if (KindOf(File.ReadAllText(file)) is null)
                throw Broken(file, "holds no credential of Google's: JSON with a \"type\"", null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Broken(file, "does not exist", e);
        }
        catch (Exception e) when (e is IOException and not StoreException or UnauthorizedAccessException)
        {
            throw Broken(file, "cannot be read", e);
        }
    }

    private static StoreException Broken(string file, string problem, Exception? inner) =>
        new(new StoreFault(StoreErrorCode.Unauthenticated, $"GOOGLE_APPLICATION_CREDENTIALS names {file}, which {problem}") { Advice = "Correct the variable or the file." }, inner);

    private static string? KindOf(string? json)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("type", out var type) ? type.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The text of the file that application default credentials come from; null when there is none.</summary>
    private static string? ApplicationDefault()
    {
        var file = Environment.GetEnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS");
        if (string.IsNullOrEmpty(file))
        {
            var home = OperatingSystem.IsWindows()
                ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "gcloud")
                : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "gcloud");
            file = Path.Join(Environment.GetEnvironmentVariable("CLOUDSDK_CONFIG") is { Length: > 0 } config ? config : home, "application_default_credentials.json");
        }
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static StoreException Wrong(string reason, Exception? inner) => new(StoreErrorCode.InvalidConfiguration, reason, inner);
}
