using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using Azure.Storage;
using Azure.Storage.Sas;
using Cairn;
using Cairn.Catalog;
using Cairn.TestServers.Gcs;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Stores;

/// <summary>Stores that do not permit everything.</summary>
public sealed class DeniedTests
{
    [Fact]
    public async Task A_bucket_without_conditional_writes_is_refused_with_the_reason()
    {
        await using var place = await TestPlace.CreateAsync("s3");
        var error = await Should.ThrowAsync<StoreException>(() => place.OpenAsync("ada", place.Place.With("conditions", "no")));
        error.Code.ShouldBe(StoreErrorCode.Unsupported);
        error.Reason.ShouldContain("only if it does not exist");
        error.Advice.ShouldNotBeNullOrEmpty();
        (await (await place.OpenStoreAsync()).ListAsync("", new() { Recursive = true }).CountAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    [InlineData("gcs")]
    [InlineData("local")]
    public async Task A_store_that_permits_no_writes_can_be_read(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor);
        var catalog = await place.OpenAsync();
        var assets = catalog.Assets;
        await assets.SaveAsync("x", "1", new() { Alias = "a" });
        await assets.SaveAsync("x", "2");
        await catalog.FlushAsync();
        await using var closed = await ReadOnlyAsync(place);

        var readers = (await place.OpenAsync("bob", closed.Place)).Assets;
        (await readers.LoadAsync<string>("x@a")).ShouldBe("1");
        (await readers.HistoryAsync("x").CountAsync()).ShouldBe(2);
        (await readers.ListAsync().Select(a => a.Name).ToListAsync()).ShouldBe(["x"]);
        Func<Task>[] changes = [() => readers.SaveAsync("x", "3"), () => readers.SaveAsync("y", "1"), () => readers.MoveAliasAsync("x", "a", 2), () => readers.RenameAsync("x", "y")];
        foreach (var change in changes)
        {
            var error = await Should.ThrowAsync<StoreException>(change);
            // Ceph answers a denied write with 405.
            StoreErrorCode[] denials = flavor == "s3" ? [StoreErrorCode.PermissionDenied, StoreErrorCode.Unsupported] : [StoreErrorCode.PermissionDenied];
            error.Code.ShouldBeOneOf(denials);
            error.Uri.ShouldNotBeNull();
        }
        await closed.OpenAgainAsync();
        (await assets.GetAsync("x")).Number.ShouldBe(2);
        (await assets.SaveAsync("x", "3")).Number.ShouldBe(3);
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("gcs")]
    public async Task A_bucket_that_denies_its_catalog_says_so_and_loses_nothing(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor);
        var catalog = await place.OpenAsync();
        var first = await catalog.Assets.SaveAsync("x", "1");
        // The copy for the lists of others is published in the background, which may be denied too.
        await catalog.FlushAsync();
        // A machine that remembers no record.
        var fresh = (await place.OpenAsync("eve")).Assets;
        await using (await DenyCatalogAsync(place))
        {
            Func<Task>[] calls =
            [
                () => place.OpenAsync("bob"), () => fresh.GetAsync("x"), () => fresh.SaveAsync("x", "2"), () => fresh.SaveAsync("y", "1"),
                () => fresh.MoveAliasAsync("x", "a", 1),
                () => fresh.RenameAsync("x", "z"), () => fresh.HistoryAsync("x").ToListAsync().AsTask(),
            ];
            foreach (var call in calls)
            {
                var error = await Should.ThrowAsync<StoreException>(call);
                error.Code.ShouldBe(StoreErrorCode.PermissionDenied, error.ToString());
                error.Uri!.ToString().ShouldContain("/catalog/");
            }
            // What needs no record works: content by digest.
            (await catalog.Assets.LoadAsync<string>(first.Artifact.ToString())).ShouldBe("1");
        }
        (await catalog.Assets.SaveAsync("x", "2")).Number.ShouldBe(2);
        (await catalog.Assets.LoadAsync<string>("x:1")).ShouldBe("1");
        (await catalog.Assets.ListAsync().Select(a => a.Name).ToListAsync()).ShouldBe(["x"]);
        await Ledger.ReadAsync(await place.OpenStoreAsync());
    }

    private static async Task<Closed> ReadOnlyAsync(TestPlace place)
    {
        switch (place.Place.Flavor)
        {
            case "s3":
                // Everybody may read; nobody else may write.
                var open = await PolicyAsync(place, "Allow", ["s3:GetObject", "s3:ListBucket"], "", "/*");
                var anonymous = new Dictionary<string, string> { ["endpoint"] = place.Place.Options["endpoint"], ["region"] = place.Place.Options["region"], ["anonymous"] = "true" };
                return new(place.Place with { Options = anonymous }, open);
            case "azure":
                var sas = new AccountSasBuilder(AccountSasPermissions.Read | AccountSasPermissions.List, DateTimeOffset.UtcNow.AddHours(1), AccountSasServices.Blobs, AccountSasResourceTypes.All);
                var token = sas.ToSasQueryParameters(new StorageSharedKeyCredential(place.Place.Options["account"], place.Place.Options["account-key"])).ToString();
                var options = new Dictionary<string, string>(place.Place.Options) { ["sas-token"] = token };
                options.Remove("account-key");
                return new(place.Place with { Options = options }, () => Task.CompletedTask);
            case "gcs":
                var fake = place.Gcs!;
                var isClosed = true;
                fake.Refuse(403, int.MaxValue, when: (method, _) => isClosed && method != "GET");
                return new(place.Place, () =>
                {
                    isClosed = false;
                    return Task.CompletedTask;
                });
            default:
                Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a folder for reading only.");
                Run("mount", "--bind", place.Folder, place.Folder);
                Run("mount", "-o", "remount,ro,bind", place.Folder);
                return new(place.Place, () =>
                {
                    Run("umount", "-l", place.Folder);
                    return Task.CompletedTask;
                });
        }
    }

    private static async Task<Closed> DenyCatalogAsync(TestPlace place)
    {
        if (place.Place.Flavor == "s3")
            return new(place.Place, await PolicyAsync(place, "Deny", ["s3:*"], "/in/artifacts/catalog/*"));
        var isDenied = true;
        place.Gcs!.Refuse(403, int.MaxValue, when: (_, target) => isDenied && Uri.UnescapeDataString(target).Contains("catalog/", StringComparison.Ordinal));
        return new(place.Place, () =>
        {
            isDenied = false;
            return Task.CompletedTask;
        });
    }

    /// <summary>Allows or denies actions to everybody; a denial holds for the owner, too.</summary>
    private static async Task<Func<Task>> PolicyAsync(TestPlace place, string effect, string[] actions, params string[] objects)
    {
        var options = place.Place.Options;
        var config = new AmazonS3Config { ServiceURL = options["endpoint"], AuthenticationRegion = options["region"], ForcePathStyle = true, UseHttp = true };
        var client = new AmazonS3Client(new BasicAWSCredentials(options["access-key"], options["secret-key"]), config);
        var bucket = new Uri(place.Place.Root).Host;
        await client.PutBucketPolicyAsync(bucket, JsonSerializer.Serialize(new
        {
            Version = "2012-10-17",
            Statement = new[] { new { Effect = effect, Principal = "*", Action = actions, Resource = objects.Select(o => $"arn:aws:s3:::{bucket}{o}") } },
        }));
        return async () =>
        {
            await client.DeleteBucketPolicyAsync(bucket);
            client.Dispose();
        };
    }

    internal static void Run(params string[] command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{string.Join(' ', command)}: {error}");
    }

    /// <summary>A restriction, and a store as those see it for whom it holds.</summary>
    private sealed class Closed(Place place, Func<Task> open) : IAsyncDisposable
    {
        private Func<Task>? _open = open;

        public Place Place { get; } = place;

        public async Task OpenAgainAsync()
        {
            if (Interlocked.Exchange(ref _open, null) is { } open)
                await open();
        }

        public async ValueTask DisposeAsync() => await OpenAgainAsync();
    }
}
