using Cairn.TestServers.Recording;

namespace Cairn.Providers.Azure.Tests;

/// <summary>Answers as the blob service does where all is well, and keeps what was asked: for what only the wire shows. No container is behind it, and any credential is right.</summary>
internal sealed class AzureRecorder : IAsyncDisposable
{
    public const string Account = "acme";

    private static readonly (string, string)[] _facts =
        [("ETag", "\"0x8D9CCD0D0D0D0D0\""), ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT"), ("x-ms-blob-type", "BlockBlob"), ("x-ms-request-id", "r1")];

    public AzureRecorder(bool tls = false) => Server = RecordingServer.Start(AnswerTo, tls);

    public RecordingServer Server { get; }

    public string Endpoint => $"{Server.Endpoint}{Account}";

    /// <summary>Options of a store on it, with the given ones besides.</summary>
    public Dictionary<string, string> Options(params (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = Endpoint, ["account"] = Account, ["part-size"] = "1MiB", ["retries"] = "0" };
        foreach (var (name, value) in more)
            options[name] = value;
        return options;
    }

    public async Task<ArtifactStore> OpenAsync(params (string Name, string Value)[] options) => new(await AzureBackend.OpenAsync(StoreUri.Parse("az://data/root"), Options(options)));

    /// <summary>Every kind of request, once.</summary>
    public static async Task DoAllAsync(ArtifactStore store, bool copies = true)
    {
        var cancel = TestContext.Current.CancellationToken;
        await store.WriteTextAsync("small", "abc", WriteMode.CreateNew, cancellationToken: cancel);
        await store.WriteBytesAsync("large", new byte[3 << 20], WriteMode.CreateNew, cancellationToken: cancel);
        if (copies)
            await store.CopyAsync("small", "copy", WriteMode.Replace, cancel);
        await store.MakeDirectoryAsync("made", cancel);
        await store.TouchAsync("small", cancel);
        await store.StatAsync("small", cancel);
        await store.ReadBytesAsync("small", cancel);
        (await store.ListAsync(cancellationToken: cancel).ToListAsync(cancel)).ShouldBeEmpty();
        await store.RemoveAsync("small", cancel);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static Answer AnswerTo(RecordedRequest request)
    {
        var query = request.Target.Split('?', 2) is [_, var q] ? q : "";
        return request.Method switch
        {
            "HEAD" => new(200) { Headers = [.. _facts, ("Content-Length", "3")] },
            "GET" when query.Contains("comp=list", StringComparison.Ordinal) =>
                new(200, "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"data\"><Blobs></Blobs><NextMarker /></EnumerationResults>")
                {
                    Headers = [(
                "x-ms-request-id", "r1")]
                },
            "GET" => new(200, "abc", "text/plain") { Headers = _facts },
            "PUT" when query.Contains("comp=metadata", StringComparison.Ordinal) => new(200) { Headers = _facts },
            "PUT" when request["x-ms-copy-source"].Length > 0 => new(202) { Headers = [.. _facts, ("x-ms-copy-status", "success"), ("x-ms-copy-id", "1")] },
            "PUT" => new(201) { Headers = _facts },
            "DELETE" => new(202) { Headers = _facts },
            _ => new(400) { Headers = [("x-ms-error-code", "InvalidUri")] },
        };
    }
}
