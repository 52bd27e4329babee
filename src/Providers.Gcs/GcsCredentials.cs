using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;

namespace Cairn.Providers.Gcs;

/// <summary>Tokens for requests, refreshed before they expire, and signatures for URLs. Nothing is asked of the network before the first request.</summary>
internal sealed class GcsCredentials
{
    private const string Scope = "https://www.googleapis.com/auth/devstorage.full_control";

    private readonly GcsOptions _options;
    private readonly IHttpClientFactory? _clients;
    private readonly string? _json;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly bool _isAnonymous;
    private GoogleCredential? _google;

    private GcsCredentials(GcsOptions options, bool isAnonymous, string? json)
    {
        (_options, _isAnonymous, _json) = (options, isAnonymous, json);
        _clients = new GcsHandler(options);
    }

    /// <summary>Whether a new token can be had when one is refused.</summary>
    public bool CanRefresh => !_isAnonymous && _options.AccessToken is null;

    /// <summary>Whether URLs can be signed, as far as it shows without a request: a service account's key signs itself; the metadata server and an impersonation let the service sign.</summary>
    public bool CanSign => CanRefresh && (KindOf(_json ?? ApplicationDefault()) is null or JsonCredentialParameters.ServiceAccountCredentialType or JsonCredentialParameters.ImpersonatedServiceAccountCredentialType);

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
        return new(options, options.Anonymous || (isEmulator && json is null && options.AccessToken is null), json);
    }

    /// <summary>A token for one request; null when requests go without.</summary>
    public async ValueTask<string?> TokenAsync(CancellationToken cancellationToken)
    {
        if (_isAnonymous)
            return null;
        if (_options.AccessToken is { } token)
            return token;
        var google = await GoogleAsync(cancellationToken).ConfigureAwait(false);
        return await ((ITokenAccess)google).GetAccessTokenForRequestAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for a new token now.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        var google = await GoogleAsync(cancellationToken).ConfigureAwait(false);
        await (google.UnderlyingCredential switch
        {
            ServiceCredential service => service.RequestAccessTokenAsync(cancellationToken),
            UserCredential user => user.RefreshTokenAsync(cancellationToken),
            _ => Task.FromResult(false),
        }).ConfigureAwait(false);
    }

    /// <summary>The account in whose name a URL is signed, and how.</summary>
    /// <exception cref="ArtifactStoreException">Unsupported, when these credentials cannot sign.</exception>
    public async ValueTask<(string Account, Func<byte[], ValueTask<string>> SignAsync)> SignerAsync(CancellationToken cancellationToken)
    {
        var google = await GoogleAsync(cancellationToken).ConfigureAwait(false);
        var account = google.UnderlyingCredential switch
        {
            ServiceAccountCredential key => key.Id,
            ImpersonatedCredential other => other.TargetPrincipal,
            ComputeCredential machine => await machine.GetDefaultServiceAccountEmailAsync(cancellationToken).ConfigureAwait(false),
            _ => throw new ArtifactStoreException(new StoreFault(StoreErrorCode.Unsupported, "these credentials cannot sign a URL") { Advice = "Give the store a service account's key." }),
        };
        return (account, async text => await google.SignBlobAsync(text, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<GoogleCredential> GoogleAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _google) is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _google ??= await LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask<GoogleCredential> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var credential = _json is not null
                ? CredentialFactory.FromJson(_json, KindOf(_json))
                : await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false);
            return credential.CreateScoped(Scope).CreateWithHttpClientFactory(_clients);
        }
        catch (Exception e) when (_json is not null && e is not OperationCanceledException)
        {
            // What the library says may show parts of the key.
            throw Wrong($"option '{(_options.Key is null ? "key-file" : "key")}' holds a credential that cannot be used ({e.GetType().Name})", null);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or FormatException)
        {
            throw new ArtifactStoreException(
                new StoreFault(StoreErrorCode.Unauthenticated, "no Google credentials were found")
                {
                    Advice = "Set GOOGLE_APPLICATION_CREDENTIALS, run 'gcloud auth application-default login', or give the store a key-file.",
                },
                e);
        }
    }

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

    private static ArtifactStoreException Wrong(string reason, Exception? inner) => new(StoreErrorCode.InvalidConfiguration, reason, inner);
}
