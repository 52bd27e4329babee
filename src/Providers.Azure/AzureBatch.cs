using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>Deletes up to 256 blobs with one request ("Blob Batch"), whose parts are separate requests with separate signatures.</summary>
internal sealed class AzureBatch
{
    public const int Most = 256;

    private readonly AzureDriver _driver;
    private readonly HttpPipeline _signing;

    public AzureBatch(AzureDriver driver)
    {
        _driver = driver;
        _signing = HttpPipelineBuilder.Build(new SigningOptions(), [], driver.Clients.Authentication is { } policy ? [policy] : [], null);
    }

    public async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<DeleteTarget> targets, CancellationToken cancellationToken)
    {
        var boundary = $"batch_{Guid.NewGuid()}";
        var body = new StringBuilder();
        for (var i = 0; i < targets.Count; i++)
        {
            // Names that Azure does not support, etags that are not versions, and markers, which must be checked first, are handled below, without the
            // batch.
            if (targets[i].Kind == EntryKind.File && AzureKeys.Problem(_driver.Keys.FileKey(targets[i].Path)) is null && (targets[i].IfMatch is not { } etag || AzureRequests.IsVersion(etag)))
                await AppendAsync(body, boundary, i, targets[i], cancellationToken).ConfigureAwait(false);
        }
        body.Append("--").Append(boundary).Append("--\r\n");
        var message = _driver.Requests.Create(RequestMethod.Post, _driver.Clients.Container.Uri, ("restype", "container"), ("comp", "batch"));
        message.Request.Headers.Add("Content-Type", $"multipart/mixed; boundary={boundary}");
        var content = Encoding.UTF8.GetBytes(body.ToString());
        message.Request.Content = RequestContent.Create(content);
        message.Request.Headers.Add("Content-Length", content.Length.ToString(CultureInfo.InvariantCulture));
        var response = await _driver.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var answers = BatchAnswer.Parse(response.Content.ToString());
        var results = new DeleteResult[targets.Count];
        for (var i = 0; i < results.Length; i++)
        {
            // Targets that the batch does not complete or decide are requested individually: that request is retried, and its error is more precise.
            results[i] = answers.TryGetValue(i, out var answer) && answer.Outcome is { } outcome
                ? new(targets[i].Path, outcome)
                : await _driver.DeleteOneAsync(targets[i], cancellationToken).ConfigureAwait(false);
        }
        return results;
    }

    private async ValueTask AppendAsync(StringBuilder body, string boundary, int number, DeleteTarget target, CancellationToken cancellationToken)
    {
        using var message = _signing.CreateMessage();
        var request = message.Request;
        request.Method = RequestMethod.Delete;
        request.Uri.Reset(_driver.Keys.UrlOf(_driver.Keys.Key(target.Path, target.Kind)));
        request.Headers.Add("x-ms-delete-snapshots", "include");
        if (target.IfMatch is { } etag)
            request.Headers.Add("If-Match", AzureRequests.Quoted(etag));
        // The parts of a batch use the version of the batch and must not have their own.
        await _signing.SendAsync(message, cancellationToken).ConfigureAwait(false);
        body.Append("--").Append(boundary).Append("\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ")
            .Append(number.ToString(CultureInfo.InvariantCulture)).Append("\r\n\r\nDELETE ").Append(request.Uri.ToUri().PathAndQuery).Append(" HTTP/1.1\r\n");
        foreach (var header in request.Headers)
            body.Append(header.Name).Append(": ").Append(header.Value).Append("\r\n");
        body.Append("Content-Length: 0\r\n\r\n");
    }

    /// <summary>A pipeline that ends before the request is sent; it is signed by then.</summary>
    private sealed class SigningOptions : ClientOptions
    {
        public SigningOptions()
        {
            Transport = new NoTransport();
            Retry.MaxRetries = 0;
            Diagnostics.IsLoggingEnabled = false;
            Diagnostics.IsDistributedTracingEnabled = false;
            Diagnostics.IsTelemetryEnabled = false;
        }
    }

    private sealed class NoTransport : HttpPipelineTransport
    {
        private readonly HttpClientTransport _maker = new();

        public override Request CreateRequest() => _maker.CreateRequest();

        public override void Process(HttpMessage message) => message.Response = new Signed();

        public override ValueTask ProcessAsync(HttpMessage message)
        {
            Process(message);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Signed : Response
    {
        public override int Status => (int)HttpStatusCode.Accepted;

        public override string ReasonPhrase => "Signed";

        public override Stream? ContentStream { get; set; }

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool ContainsHeader(string name) => false;

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
        {
            value = null;
            return false;
        }

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = null;
            return false;
        }
    }

    /// <summary>The result of one part in the response to a batch.</summary>
    internal readonly record struct BatchAnswer(int Status, string? Code)
    {
        public DeleteOutcome? Outcome => Status switch
        {
            >= 200 and < 300 => DeleteOutcome.Deleted,
            _ when AzureErrors.IsMissing(Status, Code) => DeleteOutcome.Missing,
            _ => null,
        };

        /// <summary>Parses a multipart response: each part has a Content-ID among its headers, followed by a status line and headers.</summary>
        public static Dictionary<int, BatchAnswer> Parse(string text)
        {
            var answers = new Dictionary<int, BatchAnswer>();
            var (id, status, code) = (-1, 0, default(string));
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                if (line.StartsWith("--"))
                    Flush();
                else if (line.StartsWith("Content-ID:", StringComparison.OrdinalIgnoreCase))
                    _ = int.TryParse(line["Content-ID:".Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out id);
                else if (line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && line.Length >= 12)
                    _ = int.TryParse(line[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out status);
                else if (line.StartsWith("x-ms-error-code:", StringComparison.OrdinalIgnoreCase))
                    code = line["x-ms-error-code:".Length..].Trim().ToString();
            }
            Flush();
            return answers;

            void Flush()
            {
                if (id >= 0 && status > 0)
                    answers[id] = new(status, code);
                (id, status, code) = (-1, 0, null);
            }
        }
    }
}
