using System.Net;
using System.Text;
using System.Text.Json;

namespace Cairn.Providers.Gcs;

/// <summary>Reads refusals.</summary>
internal static class GcsAnswers
{
    private const int MostOfBody = 16 << 10;

    public static string? RequestId(HttpResponseMessage response) => Header(response, "x-guploader-uploadid");

    public static string? Header(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.First() : null;

    /// <summary>Makes an exception of a refusal; the answer stays the caller's.</summary>
    public static async ValueTask<GcsException> RefusalAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await BodyAsync(response, cancellationToken).ConfigureAwait(false);
        var (reason, message) = Parse(body);
        return new(response.StatusCode, reason, message ?? $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd())
        {
            RequestId = RequestId(response),
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
                _ => null,
            },
            IsMute = reason is null && message is null,
            IsOfService = reason is not null || RequestId(response) is not null || (int)response.StatusCode >= 500 || response.StatusCode == HttpStatusCode.TooManyRequests,
        };
    }

    /// <summary>Makes an exception of an answer in a batch.</summary>
    public static GcsException Refusal(int status, string? requestId, byte[] body)
    {
        var (reason, message) = Parse(body);
        return new((HttpStatusCode)status, reason, message ?? $"{status}") { RequestId = requestId };
    }

    private static async ValueTask<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new byte[MostOfBody];
        var filled = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                filled = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status says enough.
            filled = 0;
        }
        return body[..filled];
    }

    /// <summary>The JSON API answers in JSON, the XML API in XML, a failed download of the JSON API in plain text.</summary>
    private static (string? Reason, string? Message) Parse(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        if (text.StartsWith('{'))
        {
            try
            {
                var error = JsonSerializer.Deserialize(body, GcsJson.Default.GcsErrorBody)?.Error;
                return (error?.Errors is [var first, ..] ? first.Reason ?? "" : error is null ? null : "", error?.Message);
            }
            catch (JsonException)
            {
                return (null, null);
            }
        }
        if (Between(text, "<Code>", "</Code>") is { } code)
            return (code, WebUtility.HtmlDecode(Between(text, "<Message>", "</Message>")));
        return (null, text.Length is > 0 and < 300 && !text.StartsWith('<') ? text : null);
    }

    private static string? Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : text[(start + before.Length)..end];
    }
}
