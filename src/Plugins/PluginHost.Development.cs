using McMaster.NETCore.Plugins;

namespace Cairn.Plugins;

public sealed partial class PluginHost
{
    private static readonly TimeSpan BuildPatience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, DevelopedPlugin> _developed = new(StringComparer.Ordinal);
    private readonly List<PluginLoader> _watchers = [];
    private readonly CancellationTokenSource _ended = new();
    private EventHandler<PluginBuildEventArgs>? _rebuilt;

    /// <summary>A build of a plugin under development was loaded: the first, or a later one. Raised on the thread that opens the store.</summary>
    public event EventHandler<PluginBuildEventArgs>? BuildLoaded;

    /// <summary>
    /// A plugin under development was built again. Stores that are opened from now on run the new build; that needs no subscriber. Raised on a thread of the pool; the folders are
    /// watched from the first subscription on.
    /// </summary>
    public event EventHandler<PluginBuildEventArgs>? Rebuilt
    {
        add
        {
            lock (_gate)
            {
                _rebuilt += value;
                if (_watchers.Count == 0)
                    _watchers.AddRange(Plugins.Where(p => p.Scope == PluginScope.Development && p.Refusal is null).Select(Watch));
            }
        }
        remove
        {
            lock (_gate)
                _rebuilt -= value;
        }
    }

    /// <summary>Watches plugins under development no longer, and lets go of the builds that nothing holds. What is open is not closed.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        lock (_gate)
        {
            _watchers.ForEach(w => w.Dispose());
            _watchers.Clear();
            foreach (var (name, build) in _loaded.Where(l => l.Value.Build is not null).ToList())
            {
                _loaded.Remove(name);
                build.Replace();
            }
        }
    }

    private async ValueTask<PluginLease> EnterBuildAsync(InstalledPlugin plugin, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        PluginBuildEventArgs loaded;
        PluginLease lease;
        try
        {
            var developed = _developed[plugin.Name];
            if (IsLoaded(plugin.Name, developed.Stamp()))
                return TryEnter(plugin.Name)!;
            var build = await developed.CopyAsync(cancellationToken).ConfigureAwait(false);
            if (build.Plugin.Name != plugin.Name)
            {
                build.Dispose();
                throw PluginErrors.BadAssembly(plugin, $"the build that is there now names itself '{build.Plugin.Name}'");
            }
            loaded = new(build.Plugin, developed.BuiltAt());
            lease = Enter(build);
        }
        finally
        {
            _loading.Release();
        }
        BuildLoaded?.Invoke(this, loaded);
        return lease;
    }

    private PluginLease Enter(PluginBuild build)
    {
        LoadedPlugin fresh;
        try
        {
            fresh = LoadedPlugin.Of(build);
        }
        catch
        {
            build.Dispose();
            throw;
        }
        lock (_gate)
        {
            if (_loaded.Remove(build.Plugin.Name, out var old))
                old.Replace();
            _loaded.Add(build.Plugin.Name, fresh);
        }
        return TryEnter(build.Plugin.Name)!;
    }

    private bool IsLoaded(string name, string? stamp)
    {
        lock (_gate)
            return stamp is not null && _loaded.TryGetValue(name, out var loaded) && loaded.Build == stamp;
    }

    /// <summary>This loader loads nothing: it only reports builds. Which build a store runs is decided when the store is opened.</summary>
    private PluginLoader Watch(InstalledPlugin plugin)
    {
        var developed = _developed[plugin.Name];
        var last = developed.Stamp();
        var watcher = PluginLoader.CreateFromAssemblyFile(developed.Watched(plugin.Manifest!.Assembly), config => config.EnableHotReload = true);
        watcher.Reloaded += Announce;
        return watcher;

        async void Announce(object sender, PluginReloadedEventArgs args)
        {
            // The assembly is the first file that a build writes, the manifest the last.
            for (var waited = TimeSpan.Zero; waited < BuildPatience && !_ended.IsCancellationRequested; waited += TimeSpan.FromMilliseconds(100))
            {
                var stamp = StampOrNull(developed);
                if (stamp is not null && Interlocked.Exchange(ref last, stamp) != stamp)
                {
                    ReleaseUnused(plugin.Name, stamp);
                    _rebuilt?.Invoke(this, new(developed.Look(), developed.BuiltAt()));
                    return;
                }
                await Task.Delay(100).ConfigureAwait(false);
            }
        }
    }

    private static string? StampOrNull(DevelopedPlugin developed)
    {
        try
        {
            return developed.Stamp();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next store that is opened reports the reason.
            return null;
        }
    }

    private void ReleaseUnused(string name, string stamp)
    {
        lock (_gate)
        {
            if (_loaded.TryGetValue(name, out var loaded) && loaded.Build != stamp)
            {
                _loaded.Remove(name);
                loaded.Replace();
            }
        }
    }
}
