using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Storage.v1;

namespace Cairn.Providers.Gcs;

/// <summary>
/// Finds the credentials: the options and the environment select them, and the SDK uses them. No network request is made before the first request of the
/// store.
/// </summary>
internal sealed class GcsCredentials
{
    private const string Scope = StorageService.ScopeConstants.DevstorageFullControl;

    private readonly GcsOptions _options;
    private readonly string? _json;
    private readonly bool _isAnonymous;

    private GcsCredentials(GcsOptions options, bool isAnonymous, string? json) => (_options, _isAnonymous, _json) = (options, isAnonymous, json);

    /// <summary>
    /// Gets whether URLs can be signed, as far as it is known without a request: the key of a service account signs locally; with the metadata server or an
    /// impersonation, the service signs.
    /// </summary>
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
                throw Wrong($"the file {file} of option 'key-file' cannot be read", e);
            }
        }
        if (json is not null && KindOf(json) is null)
            throw Wrong($"option '{(options.Key is null ? "key-file" : "key")}' does not contain a Google credential (JSON with a \"type\")", null);
        var isAnonymous = options.Anonymous || (isEmulator && json is null && options.AccessToken is null);
        if (isAnonymous && options.UserProject is not null)
            throw Wrong("option 'user-project' requires credentials", null);
        return new(options, isAnonymous, json);
    }

    /// <summary>Loads the credentials; null for anonymous requests.</summary>
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
            // The message of the library may contain parts of the key.
            throw Wrong($"option '{(_options.Key is null ? "key-file" : "key")}' contains a credential that cannot be used ({e.GetType().Name})", null);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or FormatException)
        {
            if (Named() is { } named)
                throw Broken(named, "contains a credential that cannot be used", null);
            throw new StoreException(
                new StoreFault(StoreErrorCode.Unauthenticated, "no Google credentials were found")
                {
                    Advice = "Set GOOGLE_APPLICATION_CREDENTIALS, run 'gcloud auth application-default login', or set key-file of the store.",
                },
                e);
        }
    }

    private static string? Named() => Environment.GetEnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS") is { Length: > 0 } file ? file : null;

    /// <summary>
    /// For a missing or invalid file, the library reports only that there are no credentials, and it caches credentials that it once found.
    /// </summary>
    private static void CheckNamed()
    {
        if (Named() is not { } file)
            return;
        try
        {
            if (KindOf(File.ReadAllText(file)) is null)
                throw Broken(file, "does not contain a Google credential (JSON with a \"type\")", null);
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
        new(new StoreFault(StoreErrorCode.Unauthenticated, $"GOOGLE_APPLICATION_CREDENTIALS refers to {file}, which {problem}") { Advice = "Correct the variable or the file." }, inner);

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

    /// <summary>Returns the content of the file with application default credentials, or null if there is none.</summary>
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
