using McMaster.NETCore.Plugins;

namespace Cairn.Plugins;

public sealed partial class PluginHost
{
    private static readonly TimeSpan BuildPatience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, DevelopedPlugin> _developed = new(StringComparer.Ordinal);
    private readonly List<PluginLoader> _watchers = [];
    private readonly CancellationTokenSource _ended = new();
    private EventHandler<PluginBuildEventArgs>? _rebuilt;

    /// <summary>Occurs when a build of a plugin under development is loaded. Raised on the thread that opens the store.</summary>
    public event EventHandler<PluginBuildEventArgs>? BuildLoaded;

    /// <summary>
    /// Occurs when a plugin under development has been rebuilt. Stores that are opened from then on use the new build, even without a subscriber. Raised on
    /// a thread of the pool; the folders are watched from the first subscription on.
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

    /// <summary>Stops watching plugins under development, and releases builds that are not in use. Open stores are not closed.</summary>
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
                throw PluginErrors.BadAssembly(plugin, $"its current build has the name '{build.Plugin.Name}'");
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

    /// <summary>This loader only reports builds and loads no code. The build that a store uses is selected when the store is opened.</summary>
    private PluginLoader Watch(InstalledPlugin plugin)
    {
        var developed = _developed[plugin.Name];
        var last = developed.Stamp();
        var watcher = PluginLoader.CreateFromAssemblyFile(developed.Watched(plugin.Manifest!.Assembly), config => config.EnableHotReload = true);
        watcher.Reloaded += Announce;
        return watcher;

        async void Announce(object sender, PluginReloadedEventArgs args)
        {
            // A build writes the assembly first and the manifest last.
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
            // The next attempt to open a store reports the reason.
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
