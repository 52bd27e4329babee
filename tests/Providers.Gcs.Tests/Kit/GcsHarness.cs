using System.Text.Json;
using Cairn.Conformance;
using Cairn.TestServers.Gcs;

namespace Cairn.Providers.Gcs.Tests.Kit;

/// <summary>A bucket of its own in one fake that all tests share, with a service account's key: every request carries a token.</summary>
public class GcsHarness : StoreHarness
{
    private static readonly Lazy<Task<(GcsFake Fake, ServiceAccount Account)>> Shared = new(StartFakeAsync);

    private string _endpoint = "";
    private string _key = "";
    private string _bucket = "";
    private ServiceAccount? _account;
    private GcsFake? _fake;

    public override string? Address => JsonSerializer.Serialize(new[] { _endpoint, _bucket, _key });

    public override bool HoldsContentInProcess => true;

    public override IReadOnlyList<string> Secrets => _account is null ? [] : [_account.Secret];

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        ["StagedTests.A_write_in_progress_is_staged_and_not_visible"] = Unlisted,
        ["StagedTests.Several_writers_of_one_file_are_staged_apart"] = Unlisted,
        ["StagedTests.What_is_staged_can_be_removed_and_its_writer_then_publishes_nothing"] = Unlisted,
        ["StagedTests.Removing_what_one_writer_has_staged_leaves_the_others"] = Unlisted,
    };

    protected virtual StorePath Prefix => default;

    protected virtual IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string> { ["part-size"] = "256KiB", ["parallelism"] = "4" };

    private const string Unlisted = "A write of unknown length is a resumable upload, and the service does not list those; the suite over composite uploads runs this test.";

    private string Root => Prefix.IsRoot ? "" : Prefix.Value + "/";

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        (_fake, _account) = await Shared.Value;
        _endpoint = _fake.Endpoint.AbsoluteUri;
        _key = _account.KeyJson(_fake.Endpoint);
        _bucket = _fake.CreateBucket();
    }

    public override ValueTask AttachAsync(string address, CancellationToken cancellationToken)
    {
        var parts = JsonSerializer.Deserialize<string[]>(address)!;
        (_endpoint, _bucket, _key) = (parts[0], parts[1], parts[2]);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) => await OpenAsync("no-such-" + _bucket, Prefix, cancellationToken);

    public override async ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => Decorate(await OpenAsync(_bucket, Prefix / path, cancellationToken));

    public override async ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) => Decorate(await OpenAsync(_fake!.CreateBucket(), Prefix, cancellationToken));

    public override ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken)
    {
        // What is staged stands by design below a name with an empty segment.
        var names = _fake!.ObjectNames(_bucket).Where(n => !n.StartsWith(Root + "/.cairn-parts/", StringComparison.Ordinal)).ToList();
        names.ShouldAllBe(n => n.StartsWith(Root, StringComparison.Ordinal), "The store wrote outside of its root.");
        return new([.. names.Select(n => n[Root.Length..])]);
    }

    public override async ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_endpoint.TrimEnd('/')}/storage/v1/b/{_bucket}/o/{Uri.EscapeDataString(Root + rawName)}?alt=media");
        request.Headers.Authorization = new("Bearer", _fake!.IssueToken());
        using var response = await http.SendAsync(request, cancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public override bool CanHold(StorePath path) =>
        System.Text.Encoding.UTF8.GetByteCount(Root + path.Value) <= 1024 && path.Value.AsSpan().IndexOfAny('\r', '\n') < 0;

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) => OpenAsync(_bucket, Prefix, cancellationToken);

    private ValueTask<StoreDriver> OpenAsync(string bucket, StorePath path, CancellationToken cancellationToken) => new GcsProvider().OpenAsync(
        new StoreContext
        {
            Root = StoreUri.Create("gs", bucket, path),
            Options = new Dictionary<string, string>(Options) { ["endpoint"] = _endpoint, ["key"] = _key },
        },
        cancellationToken);

    private static async Task<(GcsFake Fake, ServiceAccount Account)> StartFakeAsync()
    {
        var account = new ServiceAccount();
        var options = new GcsFakeOptions { RequireToken = true, ComputeMd5 = false };
        options.SigningKeys[account.Email] = account.PublicKey;
        return (await GcsFake.StartAsync(options), account);
    }
}

/// <summary>The same on a part of a bucket, with parallel parts that the service composes, and content read by the XML API.</summary>
public sealed class CompositeGcsHarness : GcsHarness
{
    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>();

    protected override StorePath Prefix => "in/a part";

    protected override IReadOnlyDictionary<string, string> Options { get; } =
        new Dictionary<string, string> { ["part-size"] = "256KiB", ["parallelism"] = "4", ["composite"] = "always", ["reads"] = "xml" };
}
