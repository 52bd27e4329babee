using Cairn.Providers;
using Google.Apis.Requests;
using Google.Apis.Storage.v1;
using Google.Cloud.Storage.V1;

namespace Cairn.Providers.Gcs;

/// <summary>The SDK's client, created with the first request, with the provider's only retries and a limit on time without data.</summary>
internal sealed class GcsClient : IDisposable
{
    private readonly GcsOptions _options;
    private readonly GcsCredentials _credentials;
    private readonly GcsHttp _http;
    private readonly ServiceContact _contact;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private StorageClientImpl? _client;

    private GcsClient(GcsOptions options, string endpoint, GcsCredentials credentials, TimeProvider clock, Action<RetryNotice>? retrying) =>
        (_options, Endpoint, _credentials, _http, _contact, Clock) = (options, endpoint, credentials, new(options), new(endpoint, retrying, clock), clock);

    public string Endpoint { get; }

    public TimeProvider Clock { get; }

    public bool CanSign => _credentials.CanSign;

    public static GcsClient Make(GcsOptions options, TimeProvider clock, Action<RetryNotice>? retrying = null)
    {
        GcsSettings.Check(options);
        var (endpoint, isEmulator) = GcsSettings.Endpoint(options);
        return new(options, endpoint, GcsCredentials.Make(options, isEmulator), clock, retrying);
    }

    /// <summary>Returns the SDK's client; the first call loads the credentials.</summary>
    public async ValueTask<StorageClient> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _client) is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _client ??= new(GcsService.Make(_options, Endpoint, _http, await _credentials.LoadAsync(_http, cancellationToken).ConfigureAwait(false), Clock));
        }
        finally
        {
            _gate.Release();
        }
    }

    public GcsAttempts Begin() => new(new(_options.OutageTime, _options.Retries, _options.RetryDelay, Clock), _contact);

    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, Clock, cancellationToken);

    public GcsPatience Patience(CancellationToken cancellationToken) => new(_options.Timeout, cancellationToken);

    /// <summary>Performs a call of the SDK.</summary>
    public ValueTask<T> CallAsync<T>(Func<StorageService, ClientServiceRequest<T>> request, CancellationToken cancellationToken, Action<Exception>? failed = null) =>
        RunAsync((service, patience) => request(service).ExecuteAsync(patience.Token), cancellationToken, failed);

    /// <summary>
    /// Performs an action until it succeeds, fails permanently or may not be retried. A response that cannot be parsed counts as a failure.
    /// </summary>
    /// <param name="act">The action, called once for each attempt.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <param name="failed">Receives each failure that is followed by another attempt.</param>
    public async ValueTask<T> RunAsync<T>(Func<GcsService, GcsPatience, Task<T>> act, CancellationToken cancellationToken, Action<Exception>? failed = null)
    {
        var attempts = Begin();
        while (true)
        {
            TimeSpan delay;
            try
            {
                return await RunOnceAsync(act, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempts.MayRetry(e, cancellationToken, out delay))
            {
                failed?.Invoke(e);
            }
            await DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Performs an action once; the caller handles failures.</summary>
    public async ValueTask<T> RunOnceAsync<T>(Func<GcsService, GcsPatience, Task<T>> act, CancellationToken cancellationToken)
    {
        using var patience = Patience(cancellationToken);
        try
        {
            var client = await OpenAsync(patience.Token).ConfigureAwait(false);
            var answer = await act((GcsService)client.Service, patience).ConfigureAwait(false);
            _contact.Answered();
            return answer;
        }
        catch (OperationCanceledException e) when (patience.IsOver)
        {
            throw patience.Over(e);
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _gate.Dispose();
    }
}
