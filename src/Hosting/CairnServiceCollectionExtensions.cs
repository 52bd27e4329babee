using Cairn;
using Cairn.Artifacts;
using Cairn.Flavors;
using Cairn.Hosting;
using Cairn.Materializers;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Cairn's stores to a container.</summary>
public static class CairnServiceCollectionExtensions
{
    /// <summary>
    /// Adds stores: <c>[FromKeyedServices("name")] ArtifactStore</c>, <see cref="ArtifactStore"/> for the default one, <see cref="ArtifactStores"/> for all by
    /// name, and <see cref="StoreIo"/> for addresses of any scheme. Also <see cref="ArtifactRepository"/>, of the default store or of one by name, and <see cref="MaterializerRegistry"/>: what
    /// is built in but JSON, what <see cref="CairnBuilder.AddMaterializers(Action{MaterializerRegistry})"/> adds, and every <see cref="Materializer"/> that is a service.
    /// </summary>
    /// <remarks>
    /// <para>May be called several times; what is added adds up. The options are validated when the host starts, and otherwise when they are first used: every store's
    /// root, flavor and options, without opening one. Stores are opened when they are first asked for, with the container's <see cref="TimeProvider"/> and <see cref="ILoggerFactory"/>.</para>
    /// <para>The container owns the stores, which release asynchronously: dispose it with <c>DisposeAsync</c>, as hosts do.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says which flavors and stores there are.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCairn(this IServiceCollection services, Action<CairnBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new(services, Flavors(services)));
        services.AddOptions<CairnOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CairnOptions>, CairnOptionsValidator>());
        services.TryAddSingleton(provider => new ArtifactStores(
            provider.GetRequiredService<IOptions<CairnOptions>>(), provider.GetRequiredService<FlavorRegistry>(), StoreOptions(provider)));
        services.TryAddSingleton(provider => provider.GetRequiredService<ArtifactStores>().Get(null));
        services.TryAddKeyedSingleton(KeyedService.AnyKey, (provider, key) => provider.GetRequiredService<ArtifactStores>().Get(
            key as string ?? throw new ArgumentException("A store is asked for by its name, a string.", nameof(key))));
        services.TryAddSingleton(Io);
        services.TryAddSingleton(Materializers);
        services.TryAddSingleton(provider => new ArtifactRepository(provider.GetRequiredService<ArtifactStore>(), provider.GetRequiredService<MaterializerRegistry>()));
        services.TryAddKeyedSingleton(KeyedService.AnyKey, (provider, key) =>
            new ArtifactRepository(provider.GetRequiredKeyedService<ArtifactStore>(key), provider.GetRequiredService<MaterializerRegistry>()));
        return services;
    }

    private static MaterializerRegistry Materializers(IServiceProvider provider)
    {
        var setups = provider.GetServices<MaterializerSetup>().ToList();
        var registry = setups.LastOrDefault(s => s.Create is not null)?.Create!() ?? MaterializerRegistry.CreateWithoutJson();
        foreach (var setup in setups)
            setup.Add?.Invoke(registry);
        foreach (var materializer in provider.GetServices<Materializer>())
            registry.Add(materializer);
        return registry;
    }

    private static StoreIo Io(IServiceProvider provider)
    {
        var io = new StoreIo(StoreOptions(provider)).Register(provider.GetRequiredService<FlavorRegistry>());
        var stores = provider.GetRequiredService<ArtifactStores>();
        foreach (var name in stores.Names)
            io.Register(stores.RootOf(name), token => stores.GetAsync(name, token));
        return io;
    }

    private static ArtifactStoreOptions StoreOptions(IServiceProvider provider)
    {
        var options = new ArtifactStoreOptions
        {
            TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        };
        return provider.GetServices<ArtifactStoreSetup>().Aggregate(options, static (o, setup) => setup.Configure(o));
    }

    private static FlavorRegistry Flavors(IServiceCollection services)
    {
        if (services.LastOrDefault(s => s.ServiceType == typeof(FlavorRegistry) && !s.IsKeyedService)?.ImplementationInstance is FlavorRegistry known)
            return known;
        var flavors = new FlavorRegistry();
        services.AddSingleton(flavors);
        return flavors;
    }
}
