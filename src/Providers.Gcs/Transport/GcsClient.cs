using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Providers.Gcs;

/// <summary>Sends requests with credentials, a limit on silence, and the provider's only retries.</summary>
internal sealed class GcsClient : IDisposable
{
    /// <summary>What is shorter is read whole before it is taken apart, which costs less than doing both in turn.</summary>
    private const int MostAtOnce = 16 << 10;

    private readonly HttpMessageInvoker _invoker;
    private readonly GcsCredentials _credentials;
    private readonly GcsOptions _options;
    private readonly string _agent;

    private GcsClient(GcsOptions options, string endpoint, GcsCredentials credentials, TimeProvider clock)
    {
        (_options, Endpoint, _credentials, Clock) = (options, endpoint, credentials, clock);
        _invoker = new(new GcsHandler(options).Make());
        _agent = options.UserAgent is { } name ? $"cairn {name}" : "cairn";
    }

    public string Endpoint { get; }

    public TimeProvider Clock { get; }

    public GcsCredentials Credentials => _credentials;

    public static GcsClient Make(GcsOptions options, TimeProvider clock)
    {
        GcsSettings.Check(options);
        var (endpoint, isEmulator) = GcsSettings.Endpoint(options);
        return new(options, endpoint, GcsCredentials.Make(options, isEmulator), clock);
    }

    public GcsAttempts Begin() => new(_options.Retries, _options.RetryDelay);

    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, Clock, cancellationToken);

    public GcsPatience Patience(CancellationToken cancellationToken) => new(_options.Timeout, cancellationToken);

    /// <summary>Sends, and returns the answer before its body is read.</summary>
    /// <exception cref="GcsException">The service refuses.</exception>
    public ValueTask<HttpResponseMessage> SendAsync(GcsRequest request, CancellationToken cancellationToken) =>
        RunAsync(request, static (response, _) => new ValueTask<HttpResponseMessage>(response), cancellationToken);

    /// <summary>Sends, and forgets the answer's body.</summary>
    public async ValueTask DoAsync(GcsRequest request, CancellationToken cancellationToken) => (await SendAsync(request, cancellationToken).ConfigureAwait(false)).Dispose();

    /// <summary>Sends, and reads the answer as JSON.</summary>
    public ValueTask<T> JsonAsync<T>(GcsRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        RunAsync(request, (response, token) => ReadJsonAsync(response, type, token), cancellationToken);

    public static async ValueTask<T> ReadJsonAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using (response)
        {
            if (response.Content.Headers.ContentLength is < MostAtOnce)
            {
                var text = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("The answer is null.");
            }
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken).ConfigureAwait(false) ?? throw new JsonException("The answer is null.");
        }
    }

    /// <summary>Sends until it succeeds, fails for good, or may not be tried again; an answer that cannot be read counts as a failure.</summary>
    public async ValueTask<T> RunAsync<T>(GcsRequest request, Func<HttpResponseMessage, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        var attempts = Begin();
        var refreshed = false;
        while (true)
        {
            TimeSpan delay;
            try
            {
                return await RunOnceAsync(request, read, cancellationToken).ConfigureAwait(false);
            }
            catch (GcsException e) when (e.Status == HttpStatusCode.Unauthorized && !refreshed && !request.IsSession && _credentials.CanRefresh)
            {
                // The token was valid when it was taken, and is no more.
                refreshed = true;
                await _credentials.RefreshAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            catch (Exception e) when (!request.Once && attempts.MayRetry(e, cancellationToken, out delay))
            {
            }
            await DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private async ValueTask<T> RunOnceAsync<T>(GcsRequest request, Func<HttpResponseMessage, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        using var patience = Patience(cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            using var message = await MessageAsync(request, patience).ConfigureAwait(false);
            response = await _invoker.SendAsync(message, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode && request.Accepts?.Invoke(response.StatusCode) != true)
                throw await GcsAnswers.RefusalAsync(response, Clock, patience.Token).ConfigureAwait(false);
            var result = await read(response, patience.Token).ConfigureAwait(false);
            response = null;
            return result;
        }
        catch (OperationCanceledException e) when (patience.IsOver)
        {
            throw patience.Over(e);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async ValueTask<HttpRequestMessage> MessageAsync(GcsRequest request, GcsPatience patience)
    {
        var token = request.IsSession ? null : await _credentials.TokenAsync(patience.Token).ConfigureAwait(false);
        var message = new HttpRequestMessage(request.Method, request.Url) { Content = request.Body?.Invoke(patience.Extend) };
        message.Headers.TryAddWithoutValidation("User-Agent", _agent);
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (_options.UserProject is { } project)
            message.Headers.TryAddWithoutValidation("x-goog-user-project", project);
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
        }
        return message;
    }
}
