using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Materializers;
using Cairn.Providers;

namespace Cairn.Plugins;

/// <summary>
/// The plugins of a program. Their flavors and materializers are known without loading them; a plugin is loaded when a store of its flavor is opened.
/// </summary>
/// <remarks>
/// <para>
/// <para>If two folders contain a plugin of the same name, the first folder wins. If two plugins declare the same flavor or scheme, the one selected by <see
/// cref="PluginFolder.PreferAsync"/> wins; without a selection, its use is refused with a message that names both. A built-in flavor always wins.</para>
/// </para>
/// <para>
/// <para>Before the code of a plugin is loaded, all files of its folder are compared with the pins. For a bundled plugin, each file is compared before it is
/// loaded. Thread-safe.</para>
/// </para>
/// </remarks>
[RequiresUnreferencedCode("The code of a plugin is unknown when the program is trimmed.")]
public sealed partial class PluginHost : IDisposable
{
    private const int CollectAttempts = 20;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LoadedPlugin> _loaded = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _loading = new(1);
    private readonly List<string> _preferred;

    /// <summary>Initializes a new instance from the manifests in plugin folders.</summary>
    /// <param name="folders">The folders, nearest first: the folder of the workspace, of the user, of the program.</param>
    /// <exception cref="StoreException">A file with pins is damaged.</exception>
    public PluginHost(params IReadOnlyList<PluginFolder> folders)
        : this([], folders)
    {
    }

    /// <summary>Initializes a new instance from plugins under development and the manifests in plugin folders.</summary>
    /// <param name="developed">
    /// Plugins under development. They precede all folders, and win if another plugin declares the same flavor. If a build is running, its end is awaited
    /// for up to ten seconds.
    /// </param>
    /// <param name="folders">The folders, nearest first: the folder of the workspace, of the user, of the program.</param>
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

    /// <summary>Gets the plugins, ordered by name. If several have the same name, the nearest one that is not refused is returned.</summary>
    public IReadOnlyList<InstalledPlugin> Plugins { get; }

    /// <summary>Gets the names of the plugins whose code is currently loaded, in order.</summary>
    public IReadOnlyList<string> Loaded
    {
        get
        {
            lock (_gate)
                return [.. _loaded.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// Adds the flavors of all plugins to a registry without loading code. A flavor that cannot be used (its plugin is refused, or two plugins declare it)
    /// is also added if its name is free; its use throws the reason.
    /// </summary>
    /// <returns>The problems, for display: refused plugins, declarations that conflict with built-in flavors, and conflicts between plugins without a
    /// preferred one.</returns>
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
    /// Adds the materializers of plugins to a registry. This loads their code, because only the code knows the types that they serve; it stays loaded for
    /// the lifetime of this host. A materializer that cannot be used is left out.
    /// </summary>
    /// <param name="registry">The registry. A materializer that it already has from a plugin is not added again.</param>
    /// <param name="id">The id of the only materializer to add; null for all.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <returns>The problems, for display: plugins that are refused or cannot be loaded, and conflicts over an id without a preferred plugin.</returns>
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

    /// <summary>Releases the code of a plugin, and waits briefly for it to be unloaded.</summary>
    /// <remarks>
    /// Unloading is cooperative: the code leaves memory when no references to it remain. The result reports the outcome. The code of a bundled plugin stays
    /// until the process ends.
    /// </remarks>
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
            // The files of a bundled plugin are compared individually when they are loaded: a command does not need most of them.
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

    /// <summary>The lease is never returned, because a registry has no end of life.</summary>
    private async ValueTask AddMaterializerAsync(MaterializerRegistry registry, Claim<PluginMaterializer> claim, CancellationToken cancellationToken)
    {
        var (plugin, declared) = claim;
        var lease = await EnterAsync(plugin, cancellationToken).ConfigureAwait(false);
        try
        {
            var materializer = lease.Get<Materializer>(lease.Manifest.Materializers.FirstOrDefault(m => m.Id == declared.Id)?.Class ?? declared.Class);
            if (materializer.Id != declared.Id)
                throw PluginErrors.BadAssembly(plugin, $"the id of {declared.Class} is '{ErrorText.Escape(materializer.Id)}', but the manifest declares '{ErrorText.Escape(declared.Id)}'");
            registry.Add(materializer, MaterializerOrigin.Plugin);
        }
        catch (StoreException)
        {
            lease.Dispose();
            throw;
        }
        catch (Exception e)
        {
            // Any failure of its code is reported as a failure of the plugin, and the other plugins are added.
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

    /// <summary>Refused plugins do not conflict with plugins that are not refused.</summary>
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

    /// <summary>A class and not a tuple, because generic code over value types is compiled at each start of the program.</summary>
    private sealed record Decision<T>(Claim<T> Winner, StoreFault? Refusal);
}
