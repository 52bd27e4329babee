using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.TestServers.Gcs;

/// <summary>One resumable upload. Bytes become persistent in quanta of 256 KiB, so a broken request keeps what was whole; the caller holds <see cref="Gate"/>.</summary>
internal sealed partial class GcsUploadSession
{
    private const int Quantum = 256 * 1024;
    private readonly GcsBucket _bucket;
    private readonly UploadResource _resource;
    private readonly GcsPreconditions _conditions;
    private readonly GcsContent.Writer _writer;
    private long? _total;
    private GcsObject? _made;
    private GcsError? _failed;

    public GcsUploadSession(GcsBucket bucket, UploadResource resource, GcsPreconditions conditions, long? announced, GcsFakeOptions options)
    {
        (_bucket, _resource, _conditions, _total) = (bucket, resource, conditions, announced);
        _writer = new GcsContent.Writer(options, announced);
        Started = options.Clock.GetUtcNow();
    }

    public SemaphoreSlim Gate { get; } = new(1, 1);
    public GcsBucket Bucket => _bucket;
    public DateTimeOffset Started { get; }
    public bool Cancelled { get; private set; }
    public bool Expired { get; private set; }
    public bool IsOpen => !Cancelled && !Expired && _made is null && _failed is null;

    public long Persisted => _writer.Length;

    public void Cancel()
    {
        Cancelled = true;
        _writer.Dispose();
    }

    public void Expire() => Expired = true;

    public async Task ReceiveAsync(GcsCall call)
    {
        if (_made is not null)
        {
            // A repeated last chunk, or a status query after the end: the upload is complete.
            await call.Context.Request.Body.CopyToAsync(Stream.Null, call.Aborted);
            await call.ObjectAsync(_made);
            return;
        }
        if (_failed is not null) throw _failed;
        string? header = call.Header("Content-Range");
        if (header is null)
        {
            await ChunkAsync(call, 0, null, null);
            return;
        }
        var match = ContentRange().Match(header);
        if (!match.Success) throw GcsError.Invalid($"Invalid request. Failed to parse Content-Range header: {header}");
        long? Value(string group) => match.Groups[group].Success ? long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : null;
        long? total = Value("total");
        if (total is { } declared && _total is { } known && known != declared)
            throw GcsError.Invalid($"Invalid request. The total size {declared} differs from {known}, which was given before.");
        if (Value("first") is { } first) await ChunkAsync(call, first, Value("last"), total);
        else await StatusAsync(call, total);
    }

    private async Task StatusAsync(GcsCall call, long? total)
    {
        await call.Context.Request.Body.CopyToAsync(Stream.Null, call.Aborted);
        if (total is { } size && _writer.Length > size) throw GcsError.Invalid("Invalid request. More bytes were uploaded than the total size.");
        if (total == _writer.Length) await FinishAsync(call);
        else await IncompleteAsync(call);
    }

    private async Task ChunkAsync(GcsCall call, long first, long? last, long? total)
    {
        if (last < first || total is { } size && last >= size) throw GcsError.Invalid("Invalid request. Invalid Content-Range header.");
        long? expected = last - first + 1;
        bool final = last is null || last == (total ?? _total) - 1;
        if (expected is { } bytes && call.Context.Request.ContentLength is { } sent && sent != bytes)
            throw GcsError.Invalid($"Invalid request. There were {sent} byte(s) in the request body. There should have been {bytes} byte(s) (starting at offset {first} and ending at offset {last}) according to the Content-Range header.");
        if (first > _writer.Length)
            throw new GcsError(503, "backendError", $"Invalid request. According to the Content-Range header, the upload offset is {first} byte(s), which exceeds already uploaded size of {_writer.Length} byte(s).");
        if (!final && expected % Quantum != 0)
            throw GcsError.Invalid($"Invalid request. The number of bytes uploaded is required to be equal or greater than 262144, except for the final request (it's recommended to be the exact multiple of 262144). The received request contained {expected} bytes, which does not meet this requirement.");

        _total ??= total;
        long received = await AppendAsync(call, first, final);
        if (expected is { } count && received != count)
            throw GcsError.Invalid($"Invalid request. There were {received} byte(s) in the request body. There should have been {count} byte(s) according to the Content-Range header.");
        if (last is null) _total ??= _writer.Length;
        if (_total == _writer.Length) await FinishAsync(call);
        else if (final) throw GcsError.Invalid($"Invalid request. {_writer.Length} bytes were uploaded, {_total} were announced.");
        else await IncompleteAsync(call);
    }

    /// <summary>Takes the body in whole quanta, and the rest only of a last chunk that arrived entirely; bytes before the persisted end are ignored.</summary>
    private async Task<long> AppendAsync(GcsCall call, long first, bool final)
    {
        byte[] staged = ArrayPool<byte>.Shared.Rent(Quantum);
        try
        {
            long skip = _writer.Length - first, received = 0;
            int used = 0;
            while (true)
            {
                int room = Quantum - (int)((_writer.Length + used) % Quantum);
                int read = await call.Context.Request.Body.ReadAsync(staged.AsMemory(used, Math.Min(room, Quantum - used)), call.Aborted);
                if (read == 0) break;
                received += read;
                if (skip > 0)
                {
                    int dropped = (int)Math.Min(skip, read);
                    skip -= dropped;
                    if (dropped < read) staged.AsSpan(used + dropped, read - dropped).CopyTo(staged.AsSpan(used));
                    read -= dropped;
                }
                used += read;
                if (used > 0 && (_writer.Length + used) % Quantum == 0)
                {
                    _writer.Append(staged.AsSpan(0, used));
                    used = 0;
                }
            }
            if (used > 0 && final) _writer.Append(staged.AsSpan(0, used));
            return received;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(staged);
        }
    }

    private async Task FinishAsync(GcsCall call)
    {
        var content = _writer.Complete();
        try
        {
            GcsUploads.Verify(content, _resource.Crc32C, _resource.Md5, call.Header("x-goog-hash"));
            _made = _bucket.Put(_resource.Name, content, _resource.Fields, _conditions);
        }
        catch (GcsError error)
        {
            _failed = error;
            throw;
        }
        await call.ObjectAsync(_made);
    }

    private Task IncompleteAsync(GcsCall call)
    {
        if (_writer.Length > 0) call.Context.Response.Headers.Range = $"bytes=0-{_writer.Length - 1}";
        if (call.Header("X-GUploader-No-308") == "yes")
        {
            // What clients ask for whose HTTP library takes 308 for a redirect.
            call.Context.Response.Headers["X-Http-Status-Code-Override"] = "308";
            return call.EmptyAsync(200);
        }
        call.Context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = "Resume Incomplete";
        return call.EmptyAsync(308);
    }

    [GeneratedRegex(@"^bytes (?:(?<first>\d{1,18})-(?<last>\d{1,18})|\*)/(?:(?<total>\d{1,18})|\*)$")]
    private static partial Regex ContentRange();
}
