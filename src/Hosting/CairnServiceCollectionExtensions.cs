using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flavors;
using Cairn.Hosting;
using Cairn.Materializers;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add Cairn's stores to a service collection.</summary>
public static class CairnServiceCollectionExtensions
{
    /// <summary>
    /// Adds stores: <c>[FromKeyedServices("name")] ArtifactStore</c> for one store, <see cref="ArtifactStore"/> for the default store, <see
    /// cref="ArtifactStores"/> for all stores by name, and <see cref="StoreIo"/> for URIs of any scheme. Also adds <see cref="ArtifactRepository"/> in the folder
    /// <c>artifacts/</c> of the default store or of a store by name, <see cref="Cairn.Catalog.Catalog"/> likewise, and
    /// <see cref="MaterializerRegistry"/>, which contains the built-in materializers except JSON, those added by <see
    /// cref="CairnBuilder.AddMaterializers(Action{MaterializerRegistry})"/>, and every <see cref="Materializer"/> that is registered as a service.
    /// </summary>
    /// <remarks>
    /// <para>
    /// <para>Can be called several times; the calls accumulate. The options (root, flavor and options of every store) are validated when the host starts, or
    /// otherwise on first use, without opening the stores. A store is opened on first use, with the container's <see cref="TimeProvider"/> and <see
    /// cref="ILoggerFactory"/>.</para>
    /// </para>
    /// <para>
    /// <para>The container owns the stores and the catalogs, which are disposed asynchronously: dispose the container with <c>DisposeAsync</c>, as hosts do. A catalog is opened by the first call
    /// that uses it.</para>
    /// </para>
    /// </remarks>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Configures the flavors and stores.</param>
    /// <returns>The service collection.</returns>
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
            key as string ?? throw new ArgumentException("The key of a store must be its name, a string.", nameof(key))));
        services.TryAddSingleton(Io);
        services.TryAddSingleton(Materializers);
        services.TryAddSingleton(provider => new ArtifactRepository(provider.GetRequiredService<ArtifactStore>(), provider.GetRequiredService<MaterializerRegistry>()));
        services.TryAddKeyedSingleton(KeyedService.AnyKey, (provider, key) =>
            new ArtifactRepository(provider.GetRequiredKeyedService<ArtifactStore>(key), provider.GetRequiredService<MaterializerRegistry>()));
        services.TryAddSingleton(provider => new Catalog(provider.GetRequiredService<ArtifactRepository>(), CatalogOptions(provider)));
        services.TryAddKeyedSingleton(KeyedService.AnyKey, (provider, key) => new Catalog(provider.GetRequiredKeyedService<ArtifactRepository>(key), CatalogOptions(provider)));
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

    private static CatalogOptions CatalogOptions(IServiceProvider provider) =>
        provider.GetServices<CatalogSetup>().Aggregate(new CatalogOptions(), static (o, setup) => setup.Configure(o));

    private static FlavorRegistry Flavors(IServiceCollection services)
    {
        if (services.LastOrDefault(s => s.ServiceType == typeof(FlavorRegistry) && !s.IsKeyedService)?.ImplementationInstance is FlavorRegistry known)
            return known;
        var flavors = new FlavorRegistry();
        services.AddSingleton(flavors);
        return flavors;
    }
}
