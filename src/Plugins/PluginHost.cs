using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>The plugins of a program: knows what each brings without loading it, and loads one when a store of its flavor is opened.</summary>
/// <remarks>
/// <para>Where two folders hold a plugin of one name, the first folder's is taken. Where two plugins claim one flavor or scheme, the one that
/// <see cref="PluginFolder.PreferAsync"/> named wins; without such a choice using it is refused with a message that names both. A built-in flavor always wins.</para>
/// <para>Before a plugin's code is loaded, every file of its folder is compared with the pins; of a bundled one, each file before it is loaded. Safe to use from many threads.</para>
/// </remarks>
[RequiresUnreferencedCode("A plugin's code is not known when the program is trimmed.")]
public sealed partial class PluginHost : IDisposable
{
    private const int CollectAttempts = 20;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LoadedPlugin> _loaded = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _loading = new(1);
    private readonly List<string> _preferred;

    /// <summary>Reads the manifests of the plugins in some folders.</summary>
    /// <param name="folders">The folders, the nearest first: the workspace's, the user's, the program's.</param>
    /// <exception cref="StoreException">A file with pins is damaged.</exception>
    public PluginHost(params IReadOnlyList<PluginFolder> folders)
        : this([], folders)
    {
    }

    /// <summary>Reads the manifests of plugins under development and of those in some folders.</summary>
    /// <param name="developed">
    /// Plugins under development. They come before all folders, and win where another plugin claims the same flavor. A build that is running is waited for, up to ten seconds.
    /// </param>
    /// <param name="folders">The folders, the nearest first: the workspace's, the user's, the program's.</param>
    /// <exception cref="StoreException">A file with pins is damaged.</exception>
    public PluginHost(IReadOnlyList<DevelopedPlugin> developed, params IReadOnlyList<PluginFolder> folders)
    {
        ArgumentNullException.ThrowIfNull(developed);
        ArgumentNullException.ThrowIfNull(folders);
        List<InstalledPlugin> builds = [];
        foreach (var plugin in developed)
        {
            var build = plugin.Await();
            builds.Add(build);
            if (build.Refusal is null)
                _developed.TryAdd(build.Name, plugin);
        }
        _preferred = [.. _developed.Keys, .. folders.SelectMany(f => f.Preferred)];
        Plugins = [.. builds.Concat(folders.SelectMany(f => f.List())).GroupBy(p => p.Name, StringComparer.Ordinal)
            .Select(g => g.FirstOrDefault(p => p.Refusal is null) ?? g.First())
            .OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    /// <summary>The plugins, in the order of their names; of those with one name the nearest that is not refused.</summary>
    public IReadOnlyList<InstalledPlugin> Plugins { get; }

    /// <summary>The names of the plugins whose code is loaded now, in their order.</summary>
    public IReadOnlyList<string> Loaded
    {
        get
        {
            lock (_gate)
                return [.. _loaded.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// Adds the flavors of all plugins to those that a program knows. No code is loaded. A flavor that cannot be used, since its plugin is refused or two claim it, is added too where
    /// its name is free, and says why when it is used.
    /// </summary>
    /// <returns>What is wrong, for people: plugins that are refused, claims on what is built in, and claims of several where none is preferred.</returns>
    public IReadOnlyList<StoreFault> AddTo(FlavorRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var problems = Plugins.Select(p => p.Refusal).OfType<StoreFault>().ToList();
        var claims = new List<Claim<PluginFlavor>>();
        foreach (var plugin in Plugins.Where(p => p.Manifest is not null))
        {
            foreach (var flavor in plugin.Manifest!.Flavors)
            {
                if (PluginFolder.BuiltInClash(plugin, flavor.Descriptor, registry) is { } clash)
                    problems.Add(clash);
                else
                    claims.Add(new(plugin, flavor));
            }
        }
        var flavors = claims.GroupBy(c => c.What.Descriptor.Name, StringComparer.Ordinal).Select(g => Decide([.. g], g.Key, PluginErrors.FlavorClash)).ToList();
        var schemes = flavors.SelectMany(f => f.Winner.What.Descriptor.Schemes.Select(s => new { Scheme = s, f.Winner }))
            .GroupBy(s => s.Scheme, s => s.Winner, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => Decide([.. g], g.Key, PluginErrors.SchemeClash), StringComparer.Ordinal);
        foreach (var (winner, refusal) in flavors)
        {
            var own = winner.What.Descriptor.Schemes.Where(s => schemes[s].Refusal is null && schemes[s].Winner == winner);
            registry.Add(winner.What.Descriptor.Name, [.. own], () => winner.What.Descriptor, _ => Provide(winner, refusal));
        }
        foreach (var (scheme, decision) in schemes.Where(s => s.Value.Refusal is not null))
            registry.Refuse(scheme, decision.Refusal!);
        problems.AddRange(flavors.Select(f => f.Refusal).Concat(schemes.Values.Select(s => s.Refusal)).OfType<StoreFault>());
        return problems;
    }

    /// <summary>
    /// Adds materializers of plugins to those that a program knows. Their code is loaded, since only it tells which types they serve, and stays loaded as long as this host. One that
    /// cannot be used is left out.
    /// </summary>
    /// <param name="registry">What they are added to; one that it has from a plugin already is not added again.</param>
    /// <param name="id">The only one to add; null for all.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <returns>What is wrong, for people: plugins that are refused or cannot be loaded, and claims of several on one id where none is preferred.</returns>
    public async Task<IReadOnlyList<StoreFault>> AddMaterializersAsync(MaterializerRegistry registry, string? id = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var problems = new List<StoreFault>();
        var claims = Plugins.Where(p => p.Manifest is not null)
            .SelectMany(p => p.Manifest!.Materializers, (plugin, materializer) => new Claim<PluginMaterializer>(plugin, materializer))
            .Where(c => (id is null || c.What.Id == id) && !registry.List().Any(r => r.Origin == MaterializerOrigin.Plugin && r.Materializer.Id == c.What.Id));
        foreach (var group in claims.GroupBy(c => c.What.Id, StringComparer.Ordinal))
        {
            var (winner, clash) = Decide([.. group], group.Key, PluginErrors.MaterializerClash);
            if ((clash ?? winner.Plugin.Refusal) is { } refusal)
            {
                problems.Add(refusal);
                continue;
            }
            try
            {
                await AddMaterializerAsync(registry, winner, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                problems.Add(new(e.Code, e.Reason) { Advice = e.Advice });
            }
        }
        return problems;
    }

    /// <summary>Lets go of a plugin's code, and waits a short while for it to leave memory.</summary>
    /// <remarks>Unloading is cooperative: the code goes when nothing holds on to it any more. The result says which it is. A bundled plugin's code stays as long as the process.</remarks>
    public async Task<PluginUnload> UnloadAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var (outcome, alive) = LetGo(name);
            if (alive is null)
                return outcome;
            for (var attempt = 0; attempt < CollectAttempts && alive.IsAlive; attempt++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(TimeSpan.FromMilliseconds(attempt), cancellationToken).ConfigureAwait(false);
            }
            return alive.IsAlive ? outcome with { Outcome = PluginUnloadOutcome.StillHeld } : outcome;
        }
        finally
        {
            _loading.Release();
        }
    }

    internal async ValueTask<PluginLease> EnterAsync(InstalledPlugin plugin, CancellationToken cancellationToken)
    {
        if (plugin.Scope == PluginScope.Development)
            return await EnterBuildAsync(plugin, cancellationToken).ConfigureAwait(false);
        if (TryEnter(plugin.Name) is { } known)
            return known;
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (TryEnter(plugin.Name) is { } other)
                return other;
            // A bundled plugin's files are compared one by one, when each is loaded: most of them a command never needs.
            var check = plugin.Scope == PluginScope.Bundled
                ? PluginFiles.CheckNames(plugin.Folder, plugin.Pin!.Files)
                : await PluginFiles.CheckAsync(plugin.Folder, plugin.Pin!.Files, cancellationToken).ConfigureAwait(false);
            if (!check.Matches)
                throw new StoreException(PluginErrors.DoesNotMatch(plugin, check));
            var loaded = LoadedPlugin.Of(plugin);
            lock (_gate)
                _loaded.Add(plugin.Name, loaded);
            return TryEnter(plugin.Name)!;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Nothing gives the lease back: a registry has no end.</summary>
    private async ValueTask AddMaterializerAsync(MaterializerRegistry registry, Claim<PluginMaterializer> claim, CancellationToken cancellationToken)
    {
        var (plugin, declared) = claim;
        var lease = await EnterAsync(plugin, cancellationToken).ConfigureAwait(false);
        try
        {
            var materializer = lease.Get<Materializer>(lease.Manifest.Materializers.FirstOrDefault(m => m.Id == declared.Id)?.Class ?? declared.Class);
            if (materializer.Id != declared.Id)
                throw PluginErrors.BadAssembly(plugin, $"{declared.Class} is the materializer '{ErrorText.Escape(materializer.Id)}', and its manifest says '{ErrorText.Escape(declared.Id)}'");
            registry.Add(materializer, MaterializerOrigin.Plugin);
        }
        catch (StoreException)
        {
            lease.Dispose();
            throw;
        }
        catch (Exception e)
        {
            // Whatever its code does wrong is told of the plugin, and the others are added.
            lease.Dispose();
            throw PluginFailures.Translate(plugin, e) ?? PluginErrors.BadAssembly(plugin, $"{declared.Class} cannot be used: {e.Message.TrimEnd('.')}", e);
        }
    }

    private PluginLease? TryEnter(string name)
    {
        lock (_gate)
        {
            if (!_loaded.TryGetValue(name, out var loaded))
                return null;
            loaded.Enter();
            return new(loaded, _gate);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (PluginUnload Result, WeakReference? Alive) LetGo(string name)
    {
        lock (_gate)
        {
            if (!_loaded.TryGetValue(name, out var loaded))
                return (new(name, PluginUnloadOutcome.NotLoaded), null);
            if (loaded.Holders > 0)
                return (new(name, PluginUnloadOutcome.InUse, loaded.Holders), null);
            if (!loaded.IsUnloadable)
                return (new(name, PluginUnloadOutcome.Permanent), null);
            _loaded.Remove(name);
            return (new(name, PluginUnloadOutcome.Unloaded), loaded.Release());
        }
    }

    private ValueTask<IStoreProvider> Provide(Claim<PluginFlavor> claim, StoreFault? clash)
    {
        if ((clash ?? claim.Plugin.Refusal) is { } refusal)
            throw new StoreException(refusal);
        return ValueTask.FromResult<IStoreProvider>(new PluginProvider(this, claim.Plugin, claim.What));
    }

    /// <summary>Refused plugins take nothing from those that are not.</summary>
    private Decision<T> Decide<T>(List<Claim<T>> claims, string what, Func<string, IReadOnlyList<InstalledPlugin>, StoreFault> clash)
    {
        var able = claims.FindAll(c => c.Plugin.Refusal is null);
        if (able.Count == 0)
            return new(claims[0], null);
        if (able.Select(c => c.Plugin.Name).Distinct(StringComparer.Ordinal).Count() == 1)
            return new(able[0], null);
        var preferred = _preferred.Select(name => able.Find(c => c.Plugin.Name == name)).FirstOrDefault(c => c is not null);
        return preferred is not null ? new(preferred, null) : new(able[0], clash(what, able.ConvertAll(c => c.Plugin)));
    }

    private sealed record Claim<T>(InstalledPlugin Plugin, T What);

    /// <summary>A class rather than a tuple: queries over values are compiled at each start of a program, those over objects are not.</summary>
    private sealed record Decision<T>(Claim<T> Winner, StoreFault? Refusal);
}
