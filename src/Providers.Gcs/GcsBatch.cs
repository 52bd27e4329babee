using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Deletes up to a hundred objects in one request to the batch endpoint; what failed for a passing reason goes into another.</summary>
internal sealed class GcsBatch(GcsClient client, GcsAddresses addresses)
{
    /// <summary>The most calls that the service takes in one batch.</summary>
    public const int Most = 100;

    /// <summary>Deletes, one result for each name; a failure of one is its result.</summary>
    public async ValueTask<IReadOnlyList<(DeleteOutcome Outcome, Exception? Error)>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var results = new (DeleteOutcome Outcome, Exception? Error)[keys.Count];
        if (keys is [var only] && GcsKeys.IsHeld(only))
        {
            results[0] = await DeleteOneAsync(only, cancellationToken).ConfigureAwait(false);
            return results;
        }
        var attempts = client.Begin();
        // A name that the service cannot hold is missing.
        Array.Fill(results, (DeleteOutcome.Missing, null));
        int[] open = [.. Enumerable.Range(0, keys.Count).Where(i => GcsKeys.IsHeld(keys[i]))];
        while (true)
        {
            foreach (var chunk in open.Chunk(Most))
            {
                var answers = await client.RunAsync(RequestOf(keys, chunk), (response, token) => ReadAsync(response, chunk.Length, token), cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < chunk.Length; i++)
                    results[chunk[i]] = answers[i];
            }
            open = Array.FindAll(open, i => results[i].Error is { } error && GcsErrors.Classify(error).IsTransient);
            if (open.Length == 0 || !attempts.MayRetry(results[open[0]].Error!, cancellationToken, out var delay))
                return results;
            await client.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<(DeleteOutcome Outcome, Exception? Error)> DeleteOneAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await client.DoAsync(new(HttpMethod.Delete, addresses.Object(key)), cancellationToken).ConfigureAwait(false);
            return (DeleteOutcome.Deleted, null);
        }
        catch (GcsException e) when (GcsErrors.IsMissing(e))
        {
            return (DeleteOutcome.Missing, null);
        }
    }

    private GcsRequest RequestOf(IReadOnlyList<string> keys, int[] chunk)
    {
        var boundary = "cairn-" + Guid.NewGuid().ToString("N");
        var text = new StringBuilder();
        for (var i = 0; i < chunk.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <{i + 1}>\r\n\r\n");
            text.Append(CultureInfo.InvariantCulture, $"DELETE {addresses.ObjectPath(keys[chunk[i]])} HTTP/1.1\r\n\r\n\r\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
        return new(HttpMethod.Post, addresses.Batch()) { Body = GcsBodies.Bytes($"multipart/mixed; boundary={boundary}", Encoding.UTF8.GetBytes(text.ToString())) };
    }

    /// <summary>Reads the answers, each by the id of its call: they may come in any order.</summary>
    private static async ValueTask<(DeleteOutcome Outcome, Exception? Error)[]> ReadAsync(HttpResponseMessage response, int count, CancellationToken cancellationToken)
    {
        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            var results = new (DeleteOutcome, Exception?)?[count];
            var boundary = response.Content.Headers.ContentType?.Parameters.FirstOrDefault(p => p.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');
            foreach (var part in boundary is null ? [] : Encoding.UTF8.GetString(body).Split("--" + boundary))
            {
                if (Read(part) is { } answer && answer.Id >= 1 && answer.Id <= count)
                    results[answer.Id - 1] = answer.Result;
            }
            // One that is missing may have been deleted or not: asking again tells.
            return Array.TrueForAll(results, r => r is not null)
                ? Array.ConvertAll(results, r => r!.Value)
                : throw new EndOfStreamException("The batch's answer does not hold all of its parts.");
        }
    }

    private static (int Id, (DeleteOutcome, Exception?) Result)? Read(string part)
    {
        var sections = part.TrimStart('\r', '\n').Split("\r\n\r\n", 3);
        if (sections.Length < 2 || ValueOf(sections[0], "Content-ID") is not { } id || !int.TryParse(id.Trim('<', '>').Replace("response-", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        var line = sections[1].Split('\r', 2)[0].Split(' ', 3);
        if (line.Length < 2 || !line[0].StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(line[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return null;
        if (status is >= 200 and < 300)
            return (number, (DeleteOutcome.Deleted, null));
        var error = GcsAnswers.Refusal(status, ValueOf(sections[1], "X-GUploader-UploadID"), Encoding.UTF8.GetBytes(sections.Length > 2 ? sections[2] : ""));
        return (number, GcsErrors.IsMissing(error) ? (DeleteOutcome.Missing, null) : (DeleteOutcome.Failed, error));
    }

    private static string? ValueOf(string head, string name)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase) && line.Length > name.Length && line[name.Length] == ':')
                return line[(name.Length + 1)..].Trim();
        }
        return null;
    }
}
