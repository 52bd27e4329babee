using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Providers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Hosting;

/// <summary>Says which flavors and stores a program has; given by <c>AddCairn</c>.</summary>
public sealed class CairnBuilder
{
    private readonly FlavorRegistry _flavors;

    internal CairnBuilder(IServiceCollection services, FlavorRegistry flavors) => (Services, _flavors) = (services, flavors);

    /// <summary>The services that are being configured.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a flavor by its provider's class.</summary>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The class has no valid <see cref="StoreFlavorAttribute"/>, or the flavor's name or a scheme is taken.</exception>
    public CairnBuilder AddProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TProvider>()
        where TProvider : IStoreProvider, new()
    {
        _flavors.Add<TProvider>();
        return this;
    }

    /// <summary>Adds a flavor by its provider.</summary>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">Its class has no valid <see cref="StoreFlavorAttribute"/>, or the flavor's name or a scheme is taken.</exception>
    public CairnBuilder AddProvider(IStoreProvider provider)
    {
        _flavors.Add(provider);
        return this;
    }

    /// <summary>Adds flavors in another way, such as those of plugin folders.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddFlavors(Action<FlavorRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        add(_flavors);
        return this;
    }

    /// <summary>Adds a store, or replaces the one of this name.</summary>
    /// <param name="name">Its name: two to 64 letters, digits, <c>-</c>, <c>_</c> or <c>.</c></param>
    /// <param name="root">The root's address, of a scheme that a flavor serves.</param>
    /// <param name="options">The flavor's options and those of the layers, as text by name; null for none.</param>
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

    /// <summary>Adds a store, or changes the one of this name.</summary>
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

    /// <summary>Adds the stores of a configuration section: <c>Stores:NAME:Root</c>, <c>:Flavor</c> and <c>:Options:OPTION</c>, and <c>DefaultStore</c>.</summary>
    /// <remarks>Read once, when the options are first asked for. A key that means nothing is an error.</remarks>
    /// <returns>This builder.</returns>
    public CairnBuilder AddStores(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Services.Configure<CairnOptions>(cairn => CairnConfiguration.Read(section, cairn));
        return this;
    }

    /// <summary>Names the store that is injected where no name is asked for.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder UseDefaultStore(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Services.Configure<CairnOptions>(cairn => cairn.DefaultStore = name);
        return this;
    }

    /// <summary>Adds materializers, before those that are services; called when the registry is first asked for.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddMaterializers(Action<MaterializerRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        Services.AddSingleton(new MaterializerSetup(null, add));
        return this;
    }

    /// <summary>Adds a materializer that the container makes, with the services that its constructor asks for.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddMaterializer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMaterializer>()
        where TMaterializer : Materializer
    {
        Services.AddSingleton<Materializer, TMaterializer>();
        return this;
    }

    /// <summary>Adds JSON and JSON Lines for all types, by reflection.</summary>
    /// <returns>This builder.</returns>
    [RequiresUnreferencedCode("JSON by reflection looks at members that trimming may remove; give a JsonSerializerContext.")]
    [RequiresDynamicCode("JSON by reflection makes code at run time; give a JsonSerializerContext.")]
    public CairnBuilder AddJsonMaterializers()
    {
        Services.AddSingleton(new MaterializerSetup(MaterializerRegistry.CreateDefault, null));
        return this;
    }

    /// <summary>Adds JSON for the types of a source-generated context; JSON Lines by <see cref="AddMaterializers"/> and <see cref="MaterializerRegistry.AddJsonLines"/>.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder AddJsonMaterializers(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Services.AddSingleton(new MaterializerSetup(() => MaterializerRegistry.CreateDefault(context), null));
        return this;
    }

    /// <summary>Changes how every store works; clock and log are already those of the program.</summary>
    /// <returns>This builder.</returns>
    public CairnBuilder ConfigureStores(Func<ArtifactStoreOptions, ArtifactStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddSingleton(new ArtifactStoreSetup(configure));
        return this;
    }
}

/// <summary>One change of how the stores work.</summary>
internal sealed record ArtifactStoreSetup(Func<ArtifactStoreOptions, ArtifactStoreOptions> Configure);

/// <summary>One change of the materializers: what they begin with, or what is added.</summary>
internal sealed record MaterializerSetup(Func<MaterializerRegistry>? Create, Action<MaterializerRegistry>? Add);
