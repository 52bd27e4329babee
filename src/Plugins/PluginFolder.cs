using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>A folder of plugins and the pins that say what their files must be, which stand outside of it.</summary>
/// <remarks>
/// <para>There are three kinds: the program's own, the user's and a workspace's. Plugins are looked for nowhere else: not in the working directory, not in a store,
/// not beside the data. Nothing here loads a plugin's code; <see cref="PluginHost"/> does.</para>
/// <para>Safe to use from many threads and processes.</para>
/// </remarks>
public sealed partial class PluginFolder
{
    private const string PluginsName = "plugins";
    private const string PinsName = "plugins.json";
    private const string StagingPrefix = ".staging-";

    private readonly LockedJson<PinsDocument> _pins;
    private readonly PluginTrust? _trust;
    private readonly TimeProvider _time;
    private readonly DurableDisk _disk;

    private PluginFolder(PluginScope scope, string folder, string pinFile, PluginTrust? trust, TimeProvider? time, DurableDisk? disk = null)
    {
        _time = time ?? TimeProvider.System;
        _disk = disk ?? DurableDisk.Local;
        _trust = trust;
        _pins = new(
            pinFile,
            PluginJson.Default.PinsDocument,
            () => new() { Format = PinsDocument.CurrentFormat },
            d => d.Problem,
            _time,
            _disk);
        (Scope, Folder) = (scope, folder);
    }

    /// <summary>Whose plugins they are.</summary>
    public PluginScope Scope { get; }

    /// <summary>The full path of the folder that holds a folder for each plugin.</summary>
    public string Folder { get; }

    /// <summary>The full path of the file with the pins.</summary>
    public string PinFile => _pins.FullName;

    /// <summary>The user's own folder for Cairn: <c>CAIRN_HOME</c> where that is set, else <c>cairn</c> in the system's folder for settings. Null when the user has none.</summary>
    public static string? UserFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("CAIRN_HOME") is { Length: > 0 } given)
                return Path.GetFullPath(given);
            var settings = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return settings.Length > 0 ? Path.Join(settings, "cairn") : null;
        }
    }

    /// <summary>The plugins that a program brings: <c>plugins/</c> and <c>plugins.json</c> beside it, laid out by its build. They are read only.</summary>
    /// <param name="programFolder">The program's folder; that of the running program by default.</param>
    public static PluginFolder Bundled(string? programFolder = null)
    {
        var program = Path.GetFullPath(programFolder ?? AppContext.BaseDirectory);
        return new(PluginScope.Bundled, Path.Join(program, PluginsName), Path.Join(program, PinsName), null, null);
    }

    /// <summary>The user's plugins: <c>plugins/</c> and <c>plugins.json</c> in a folder, usually <see cref="UserFolder"/>.</summary>
    /// <param name="userFolder">The folder; made when a plugin is added.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public static PluginFolder OfUser(string userFolder, TimeProvider? time = null) => OfUser(userFolder, time, null);

    internal static PluginFolder OfUser(string userFolder, TimeProvider? time, DurableDisk? disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(userFolder);
        var full = Path.GetFullPath(userFolder);
        return new(PluginScope.User, Path.Join(full, PluginsName), Path.Join(full, PinsName), null, time, disk);
    }

    /// <summary>A workspace's plugins: <c>plugins/</c> and <c>plugins.json</c> in its <c>.cairn</c> folder.</summary>
    /// <param name="workspaceFolder">The <c>.cairn</c> folder.</param>
    /// <param name="trust">What says which of them this user has accepted.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public static PluginFolder OfWorkspace(string workspaceFolder, PluginTrust trust, TimeProvider? time = null) => OfWorkspace(workspaceFolder, trust, time, null);

    internal static PluginFolder OfWorkspace(string workspaceFolder, PluginTrust trust, TimeProvider? time, DurableDisk? disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspaceFolder);
        ArgumentNullException.ThrowIfNull(trust);
        var full = Path.GetFullPath(workspaceFolder);
        return new(PluginScope.Workspace, Path.Join(full, PluginsName), Path.Join(full, PinsName), trust, time, disk);
    }

    /// <summary>Every plugin in the order of the names: each folder, and each pin whose folder is gone. Only the manifests are read.</summary>
    /// <exception cref="StoreException">The file with the pins is damaged, or something cannot be read.</exception>
    public IReadOnlyList<InstalledPlugin> List()
    {
        var pins = _pins.Read();
        var names = new SortedSet<string>(pins.Plugins.Keys, StringComparer.Ordinal);
        if (Directory.Exists(Folder))
            names.UnionWith(Directory.EnumerateDirectories(Folder).Select(d => Path.GetFileName(d)).Where(n => !n.StartsWith(StagingPrefix, StringComparison.Ordinal) && !VersionFolder.IsMarked(n)));
        var trusted = _trust?.Snapshot();
        return [.. names.Select(n => Look(n, pins, trusted))];
    }

    /// <summary>A plugin by its name; null when there is none.</summary>
    public InstalledPlugin? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var pins = _pins.Read();
        return PluginManifest.IsName(name) && (pins.Plugins.ContainsKey(name) || Directory.Exists(Path.Join(Folder, name))) ? Look(name, pins, _trust?.Snapshot()) : null;
    }

    /// <summary>The plugins that win where two claim one flavor or scheme, the first before the later ones.</summary>
    public IReadOnlyList<string> Preferred => _pins.Read().Preferred ?? [];

    /// <summary>Compares a plugin's files with its pins: all of them are read.</summary>
    /// <exception cref="StoreException">NotFound: there is no such plugin.</exception>
    public Task<PluginCheck> VerifyAsync(string name, CancellationToken cancellationToken = default)
    {
        var plugin = Require(name);
        return PluginFiles.CheckAsync(plugin.Folder, plugin.Pin?.Files ?? new Dictionary<string, string>(), cancellationToken);
    }

    /// <summary>Pins a plugin's files as they are now, and accepts them for this user.</summary>
    /// <returns>The plugin, and how it compared with its old pins.</returns>
    /// <exception cref="StoreException">NotFound: there is no such plugin. InvalidConfiguration: it cannot work here; the message says why.</exception>
    public async Task<TrustedPlugin> TrustAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireWritable();
        var plugin = Require(name);
        var before = await VerifyAsync(name, cancellationToken).ConfigureAwait(false);
        var files = await PluginFiles.DigestAllAsync(plugin.Folder, cancellationToken).ConfigureAwait(false);
        var manifest = ReadManifest(plugin.Folder);
        if (manifest.Name != name)
            throw PluginErrors.BadManifest(Path.Join(plugin.Folder, PluginManifest.FileName), $"it names the plugin '{manifest.Name}', and the folder '{name}'");
        PluginInspection.Check(plugin.Folder, manifest, files);
        var pin = new PluginPin(manifest.Version, plugin.Pin?.Source ?? plugin.Folder, _time.GetUtcNow(), files);
        if (_trust is not null)
            await _trust.TrustAsync(name, pin, cancellationToken).ConfigureAwait(false);
        await _pins.ChangeAsync(d => d.Plugins[name] = PinDocument.Of(pin, d.Plugins.GetValueOrDefault(name)?.Folder), cancellationToken).ConfigureAwait(false);
        return new(Require(name), before);
    }

    /// <summary>Makes a plugin win where it and another claim one flavor or scheme.</summary>
    /// <param name="name">The plugin; it may be one of another folder.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task PreferAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireWritable();
        return _pins.ChangeAsync(d => d.Preferred = [name, .. (d.Preferred ?? []).Where(n => n != name)], cancellationToken);
    }

    /// <summary>Takes a plugin away: first its pins, so that it is never loaded again, then its files.</summary>
    /// <exception cref="StoreException">NotFound: there is no such plugin.</exception>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireWritable();
        var plugin = Require(name);
        await _pins.ChangeAsync(
            d =>
            {
                d.Plugins.Remove(name);
                d.Preferred?.Remove(name);
            },
            cancellationToken,
            done: d =>
            {
                ScratchFolder.Delete(plugin.Folder);
                if (!Directory.Exists(Folder))
                    return;
                Sweep(name, d);
                _disk.FlushFolder(Folder);
            }).ConfigureAwait(false);
    }

    internal InstalledPlugin Require(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Find(name) ?? throw PluginErrors.NoSuchPlugin(name, Folder, List().Select(p => p.Name));
    }

    internal static PluginManifest ReadManifest(string folder, string? shown = null)
    {
        var path = Path.Join(folder, PluginManifest.FileName);
        try
        {
            var file = new FileInfo(path);
            if (file.Length > PluginManifest.MostBytes)
                throw PluginErrors.BadManifest(path, $"it is larger than {PluginManifest.MostBytes} bytes");
            return PluginManifest.Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw PluginErrors.BadPackage(shown ?? folder, $"it holds no {PluginManifest.FileName}, so it is not a Cairn plugin", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{path} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    private InstalledPlugin Look(string name, PinsDocument pins, Func<string, PluginPin, bool>? trusted)
    {
        var plugin = new InstalledPlugin { Name = name, Scope = Scope, Folder = Path.Join(Folder, FolderOf(name, pins)), Pin = pins.Plugins.GetValueOrDefault(name)?.ToPin() };
        try
        {
            plugin = plugin with { Manifest = ReadManifest(plugin.Folder) };
        }
        catch (StoreException e)
        {
            return plugin with { Refusal = new(e.Code, e.Reason) { Advice = e.Advice == "Nothing was added." ? $"Remove it with '{PluginErrors.Command("remove", plugin)}'." : e.Advice } };
        }
        StoreFault? refusal = null;
        if (plugin.Manifest.Name != name)
            refusal = new(StoreErrorCode.InvalidConfiguration, $"{plugin.Folder} holds a plugin of another name, '{plugin.Manifest.Name}'");
        else if (plugin.Pin is null)
            refusal = PluginErrors.NotPinned(plugin);
        else if (trusted is not null && !trusted(name, plugin.Pin))
            refusal = PluginErrors.NotTrusted(plugin);
        else if (!plugin.Manifest.Abstractions.Contains(AbstractionsRange.Current))
            refusal = PluginErrors.WrongAbstractions(name, plugin.Version, plugin.Manifest.Abstractions);
        return plugin with { Refusal = refusal };
    }

    private static string FolderOf(string name, PinsDocument pins) => pins.Plugins.GetValueOrDefault(name)?.Folder ?? name;

    private void RequireWritable()
    {
        if (Scope == PluginScope.Bundled)
            throw new StoreException(StoreErrorCode.Unsupported, "the plugins that come with the program cannot be changed; a plugin of the same name that you add takes the place of one");
    }
}
