using Cairn.Hosting;
using Cairn.Providers;
using Cairn.Providers.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cairn.Tests.DependencyInjection;

public class AddCairnTests
{
    [Fact]
    public async Task Stores_are_injected_by_name_and_the_default_one_without()
    {
        await using var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider<MemoryProvider>().AddStore("hot", "mem://hot").AddStore("cold", "mem://cold").UseDefaultStore("cold"))
            .AddSingleton<Consumer>()
            .BuildServiceProvider();
        var consumer = services.GetRequiredService<Consumer>();
        consumer.Hot.Root.ToString().ShouldBe("mem://hot");
        consumer.Default.Root.ToString().ShouldBe("mem://cold");
        services.GetRequiredKeyedService<ArtifactStore>("cold").ShouldBeSameAs(consumer.Default);
        (await services.GetRequiredService<ArtifactStores>().GetAsync("hot")).ShouldBeSameAs(consumer.Hot);
        services.GetRequiredService<ArtifactStores>().Names.ShouldBe(["cold", "hot"]);
    }

    [Fact]
    public async Task The_only_store_is_the_default_one()
    {
        await using var services = Build(cairn => cairn.AddStore("one", "mem://one"));
        services.GetRequiredService<ArtifactStore>().Root.ToString().ShouldBe("mem://one");
    }

    [Fact]
    public async Task Without_a_default_store_the_error_lists_what_there_is()
    {
        await using var services = Build(cairn => cairn.AddStore("one", "mem://one").AddStore("two", "mem://two"));
        var error = Should.Throw<StoreException>(() => services.GetRequiredService<ArtifactStore>());
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain("one, two");
        Should.Throw<StoreException>(() => services.GetRequiredKeyedService<ArtifactStore>("three")).Message.ShouldContain("one, two");
    }

    [Fact]
    public async Task Stores_come_from_configuration_and_code_adds_up()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cairn:DefaultStore"] = "main",
            ["Cairn:Stores:main:Root"] = "mem://main/data",
            ["Cairn:Stores:main:Options:max-size"] = "1KiB",
            ["Cairn:Stores:main:Options:max-concurrency"] = "2",
            ["Cairn:Stores:other:Root"] = "mem://other",
            ["Cairn:Stores:other:Flavor"] = "memory",
        }).Build();
        await using var services = Build(cairn => cairn.AddStores(configuration.GetSection("Cairn")).AddStore("third", "mem://third"));
        services.GetRequiredService<ArtifactStores>().Names.ShouldBe(["main", "other", "third"]);
        var store = services.GetRequiredService<ArtifactStore>();
        store.Root.ToString().ShouldBe("mem://main/data");
        store.GetService(typeof(ArtifactStore).Assembly.GetType("Cairn.Layers.ThrottleDriver", throwOnError: true)!).ShouldNotBeNull();
        await Should.ThrowAsync<StoreException>(() => store.WriteBytesAsync("a", new byte[2000], WriteMode.CreateNew));
    }

    [Theory]
    [InlineData("Cairn:Stores:main:Root", "mem://", "requires a container")]
    [InlineData("Cairn:Stores:main:Root", "s3://bucket", "no flavor serves 's3://'")]
    [InlineData("Cairn:Stores:main:Flavor", "s3", "no flavor 's3'")]
    [InlineData("Cairn:Stores:main:Options:colour", "red", "colour")]
    [InlineData("Cairn:Stores:main:Options:max-size", "much", "max-size")]
    [InlineData("Cairn:Stores:main:Options:max-concurrency", "0", "max-concurrency")]
    [InlineData("Cairn:Stores:main:Rooot", "x", "Rooot")]
    [InlineData("Cairn:Sores", "x", "Sores")]
    [InlineData("Cairn:DefaultStore", "nope", "nope")]
    public async Task A_program_with_wrong_settings_does_not_start_and_says_why(string key, string value, string said)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Cairn:Stores:main:Root"] = "mem://main", ["Cairn:Stores:good:Root"] = "mem://good" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [key] = value });
        builder.Services.AddCairn(cairn => cairn.AddProvider<MemoryProvider>().AddStores(builder.Configuration.GetSection("Cairn")));
        using var host = builder.Build();
        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());
        error.Failures.Single().ShouldContain(said);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once_and_no_secret()
    {
        await using var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider<VaultProvider>().AddStore("aa", "vault://x", new Dictionary<string, string> { ["key"] = "hunter2", ["size"] = "hunter3" }).AddStore("bb", "nope://x"))
            .BuildServiceProvider();
        var error = Should.Throw<OptionsValidationException>(() => services.GetRequiredService<ArtifactStores>());
        error.Failures.Count().ShouldBe(2);
        error.Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Nothing_is_opened_before_it_is_asked_for_and_everything_is_disposed_with_the_container()
    {
        var provider = new VaultProvider();
        var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider(provider).AddStore("aa", "vault://x", new Dictionary<string, string> { ["key"] = "k" })
                .AddStore("bb", "vault://y", new Dictionary<string, string> { ["key"] = "k" }))
            .BuildServiceProvider();
        _ = services.GetRequiredService<ArtifactStores>();
        provider.Opened.ShouldBeEmpty();
        var store = services.GetRequiredKeyedService<ArtifactStore>("aa");
        provider.Opened.ShouldBe(["vault://x"]);
        await services.DisposeAsync();
        provider.Disposed.ShouldBe(["vault://x"]);
        await Should.ThrowAsync<ObjectDisposedException>(() => store.ExistsAsync("a"));
    }

    [Fact]
    public async Task StoreIo_opens_a_store_when_an_address_needs_it_and_a_container_may_be_disposed_synchronously()
    {
        var provider = new VaultProvider();
        var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider(provider).AddStore("aa", "vault://x", new Dictionary<string, string> { ["key"] = "k" })
                .AddStore("bb", "vault://y", new Dictionary<string, string> { ["key"] = "k" }))
            .BuildServiceProvider();
        var io = services.GetRequiredService<StoreIo>();
        provider.Opened.ShouldBeEmpty();
        (await io.ExistsAsync(StoreUri.Parse("vault://y/a"))).ShouldBeFalse();
        provider.Opened.ShouldBe(["vault://y"]);
        _ = services.GetRequiredKeyedService<ArtifactStore>("aa");
        services.Dispose();
        provider.Disposed.Order().ShouldBe(["vault://x", "vault://y"]);
    }

    [Fact]
    public async Task A_store_that_is_asked_for_by_many_at_once_is_opened_once()
    {
        var provider = new VaultProvider { Delay = TimeSpan.FromMilliseconds(20) };
        await using var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider(provider).AddStore("aa", "vault://x", new Dictionary<string, string> { ["key"] = "k" }))
            .BuildServiceProvider();
        var stores = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            i % 2 == 0 ? services.GetRequiredService<ArtifactStore>() : await services.GetRequiredService<ArtifactStores>().GetAsync("aa"))));
        stores.Distinct().Count().ShouldBe(1);
        provider.Opened.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_opening_that_failed_is_tried_again()
    {
        var provider = new VaultProvider { Failures = 1 };
        await using var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider(provider).AddStore("aa", "vault://x", new Dictionary<string, string> { ["key"] = "k" }))
            .BuildServiceProvider();
        Should.Throw<StoreException>(() => services.GetRequiredService<ArtifactStore>());
        services.GetRequiredService<ArtifactStore>().ShouldNotBeNull();
    }

    [Fact]
    public async Task The_containers_clock_and_log_are_the_stores()
    {
        var time = new Layers.ManualTime();
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddCairn(cairn => cairn.AddProvider<MemoryProvider>().AddStore("one", "mem://one").ConfigureStores(o => o with { TreeParallelism = 3 }))
            .BuildServiceProvider();
        var store = services.GetRequiredService<ArtifactStore>();
        store.Options.TreeParallelism.ShouldBe(3);
        (await store.WriteTextAsync("a", "x", WriteMode.CreateNew)).Modified.ShouldBe(time.GetUtcNow());
    }

    [Fact]
    public async Task Addresses_reach_the_named_stores_and_any_other_container()
    {
        await using var services = Build(cairn => cairn.AddStore("one", "mem://one/sub"));
        var io = services.GetRequiredService<StoreIo>();
        await services.GetRequiredService<ArtifactStore>().WriteTextAsync("a", "x", WriteMode.CreateNew);
        (await io.StoreFor(StoreUri.Parse("mem://one/sub/a"))).Store.ShouldBeSameAs(services.GetRequiredService<ArtifactStore>());
        (await io.StoreFor(StoreUri.Parse("mem://elsewhere/a"))).Store.Root.ToString().ShouldBe("mem://elsewhere");
        (await Should.ThrowAsync<StoreException>(async () => await io.StoreFor(StoreUri.Parse("s3://b/a")))).Message.ShouldContain("mem://");
    }

    [Fact]
    public async Task A_health_check_tells_whether_a_store_answers()
    {
        var provider = new VaultProvider();
        await using var services = new ServiceCollection()
            .AddCairn(cairn => cairn.AddProvider(provider).AddStore("aa", "vault://x", new Dictionary<string, string> { ["key"] = "hunter2" }))
            .BuildServiceProvider();
        var registration = ArtifactStoreHealthCheck.Registration("aa", HealthStatus.Degraded, ["storage"]);
        registration.Name.ShouldBe("cairn:aa");
        var check = registration.Factory(services);
        var context = new HealthCheckContext { Registration = registration };
        (await check.CheckHealthAsync(context)).Status.ShouldBe(HealthStatus.Healthy);
        provider.IsDown = true;
        var sick = await check.CheckHealthAsync(context);
        sick.Status.ShouldBe(HealthStatus.Degraded);
        sick.Data["code"].ShouldBe("Unavailable");
        sick.Description!.ShouldNotContain("hunter2");
        (await new ArtifactStoreHealthCheck(services.GetRequiredService<ArtifactStores>(), "none").CheckHealthAsync(context)).Status.ShouldBe(HealthStatus.Degraded);
    }

    [Fact]
    public async Task A_catalog_is_injected_for_each_store_and_opened_when_it_is_used()
    {
        await using var services = Build(cairn => cairn.AddStore("aa", "mem://aa").AddStore("bb", "mem://bb").UseDefaultStore("bb")
            .AddJsonMaterializers().ConfigureCatalog(o => o with { User = "u:service" }));
        var catalog = services.GetRequiredService<Cairn.Catalog.Catalog>();
        catalog.ShouldBeSameAs(services.GetRequiredService<Cairn.Catalog.Catalog>());
        catalog.Repository.ShouldBeSameAs(services.GetRequiredService<Cairn.Artifacts.ArtifactRepository>());
        (await services.GetRequiredService<ArtifactStore>().ListAsync().CountAsync()).ShouldBe(0);
        (await catalog.Assets.SaveAsync("x", "content")).CreatedBy.ShouldBe("u:service");
        var other = services.GetRequiredKeyedService<Cairn.Catalog.Catalog>("aa");
        (await other.Assets.ListAsync().CountAsync()).ShouldBe(0);

        var registration = CatalogHealthCheck.Registration("bb", maxBehind: 0);
        registration.Name.ShouldBe("cairn-catalog:bb");
        var context = new HealthCheckContext { Registration = registration };
        // Keyed and default catalog of one store have an index each in memory; the keyed one has not read the batch yet.
        var keyed = services.GetRequiredKeyedService<Cairn.Catalog.Catalog>("bb");
        await catalog.FlushAsync();
        var behind = await registration.Factory(services).CheckHealthAsync(context);
        (behind.Status, (int)behind.Data["behind"] > 0).ShouldBe((HealthStatus.Degraded, true));
        await keyed.SyncAsync();
        var current = await registration.Factory(services).CheckHealthAsync(context);
        (current.Status, current.Data["behind"], current.Data.ContainsKey("synchronized")).ShouldBe((HealthStatus.Healthy, 0, true));
    }

    private static ServiceProvider Build(Action<CairnBuilder> configure) =>
        new ServiceCollection().AddCairn(cairn => configure(cairn.AddProvider<MemoryProvider>())).BuildServiceProvider();

    private sealed class Consumer([FromKeyedServices("hot")] ArtifactStore hot, ArtifactStore standard)
    {
        public ArtifactStore Hot => hot;

        public ArtifactStore Default => standard;
    }
}

public sealed record VaultOptions
{
    [StoreOption("key", "The key.", Secret = true, Required = true)]
    public string Key { get; init; } = "";

    [StoreOption("size", "A number.")]
    public int Size { get; init; }
}

[StoreFlavor("vault", "vault", Options = typeof(VaultOptions))]
public sealed class VaultProvider : IStoreProvider
{
    private readonly MemoryProvider _memory = new();

    public List<string> Opened { get; } = [];

    public List<string> Disposed { get; } = [];

    public TimeSpan Delay { get; init; }

    public int Failures { get; set; }

    public bool IsDown { get; set; }

    public async ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
    {
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, cancellationToken);
        if (Failures-- > 0)
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "the key cannot be read");
        Opened.Add(context.Root.ToString());
        var inner = await _memory.OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://" + context.Root.Container) }, cancellationToken);
        return new Driver(this, inner, context.Root);
    }

    private sealed class Driver(VaultProvider owner, StoreDriver inner, StoreUri root) : DelegatingStoreDriver(inner)
    {
        public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
            owner.IsDown ? throw new HttpRequestException("down") : Inner.ListAsync(request, cancellationToken);

        public override ValueTask DisposeAsync()
        {
            owner.Disposed.Add(root.ToString());
            return Inner.DisposeAsync();
        }
    }
}
