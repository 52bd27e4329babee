using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Catalog;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Providers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Hosting;

/// <summary>Configures the flavors and stores of a program. Passed to the delegate of <c>AddCairn</c>.</summary>
public sealed class CairnBuilder
{
    private readonly FlavorRegistry _flavors;

    internal CairnBuilder(IServiceCollection services, FlavorRegistry flavors) => (Services, _flavors) = (services, flavors);

    /// <summary>Gets the services that are being configured.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a flavor by the type of its provider.</summary>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type has no valid <see cref="StoreFlavorAttribute"/>, or the name or a scheme of the flavor is already in
    /// use.</exception>
    public CairnBuilder AddProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TProvider>()
        where TProvider : IStoreProvider, new()
    {
        _flavors.Add<TProvider>();
        return this;
    }

    /// <summary>Adds a flavor by an instance of its provider.</summary>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type has no valid <see cref="StoreFlavorAttribute"/>, or the name or a scheme of the flavor is already in
    /// use.</exception>
    public CairnBuilder AddProvider(IStoreProvider provider)
    {
        _flavors.Add(provider);
        return this;
    }

    /// <summary>Adds flavors with a delegate, for example the flavors of plugin folders.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddFlavors(Action<FlavorRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        add(_flavors);
        return this;
    }

    /// <summary>Adds a store, or replaces the store of the same name.</summary>
    /// <param name="name">The name: 2 to 64 letters, digits, <c>-</c>, <c>_</c> or <c>.</c></param>
    /// <param name="root">The URI of the root. Its scheme must belong to a flavor.</param>
    /// <param name="options">The options of the flavor and the layers, as text by name. Optional.</param>
    /// <returns>This builder.</returns>
    public CairnBuilder AddStore(string name, string root, IReadOnlyDictionary<string, string>? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(root);
        return AddStore(name, store =>
        {
            store.Root = root;
            foreach (var (key, value) in options ?? System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty)
                store.Options[key] = value;
        });
    }

    /// <summary>Adds a store, or changes the store of the same name.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddStore(string name, Action<CairnStoreOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure<CairnOptions>(cairn =>
        {
            if (!cairn.Stores.TryGetValue(name, out var store))
                cairn.Stores.Add(name, store = new());
            configure(store);
        });
        return this;
    }

    /// <summary>
    /// Adds the stores of a configuration section, which has the keys <c>Stores:NAME:Root</c>, <c>:Flavor</c>, <c>:Options:OPTION</c> and
    /// <c>DefaultStore</c>.
    /// </summary>
    /// <remarks>The section is read once, when the options are first used. An unknown key is an error.</remarks>
    /// <returns>This builder.</returns>
    public CairnBuilder AddStores(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Services.Configure<CairnOptions>(cairn => CairnConfiguration.Read(section, cairn));
        return this;
    }

    /// <summary>Sets the store that is injected if no name is requested.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder UseDefaultStore(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Services.Configure<CairnOptions>(cairn => cairn.DefaultStore = name);
        return this;
    }

    /// <summary>
    /// Adds materializers. They precede the materializers that are registered as services. The delegate is called when the registry is first used.
    /// </summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddMaterializers(Action<MaterializerRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        Services.AddSingleton(new MaterializerSetup(null, add));
        return this;
    }

    /// <summary>Adds a materializer that the container creates, with constructor injection.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddMaterializer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMaterializer>()
        where TMaterializer : Materializer
    {
        Services.AddSingleton<Materializer, TMaterializer>();
        return this;
    }

    /// <summary>Adds JSON and JSON Lines for all types, using reflection.</summary>
    /// <returns>This builder.</returns>
    [RequiresUnreferencedCode("JSON serialization by reflection uses members that trimming may remove. Pass a JsonSerializerContext instead.")]
    [RequiresDynamicCode("JSON serialization by reflection generates code at run time. Pass a JsonSerializerContext instead.")]
    public CairnBuilder AddJsonMaterializers()
    {
        Services.AddSingleton(new MaterializerSetup(MaterializerRegistry.CreateDefault, null));
        return this;
    }

    /// <summary>
    /// Adds JSON for the types of a source-generated context. Use <see cref="AddMaterializers"/> with <see cref="MaterializerRegistry.AddJsonLines"/> to add
    /// JSON Lines.
    /// </summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddJsonMaterializers(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Services.AddSingleton(new MaterializerSetup(() => MaterializerRegistry.CreateDefault(context), null));
        return this;
    }

    /// <summary>Changes the options of all stores. The clock and the logger factory of the program are already set.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder ConfigureStores(Func<ArtifactStoreOptions, ArtifactStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddSingleton(new ArtifactStoreSetup(configure));
        return this;
    }

    /// <summary>Changes the options of the catalogs: the id of the user, and the folder for the indexes.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder ConfigureCatalog(Func<CatalogOptions, CatalogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddSingleton(new CatalogSetup(configure));
        return this;
    }
}

/// <summary>One change to the options of all catalogs.</summary>
internal sealed record CatalogSetup(Func<CatalogOptions, CatalogOptions> Configure);

/// <summary>One change to the options of all stores.</summary>
internal sealed record ArtifactStoreSetup(Func<ArtifactStoreOptions, ArtifactStoreOptions> Configure);

/// <summary>One change to the materializers: a replacement of the initial registry, or an addition.</summary>
internal sealed record MaterializerSetup(Func<MaterializerRegistry>? Create, Action<MaterializerRegistry>? Add);
