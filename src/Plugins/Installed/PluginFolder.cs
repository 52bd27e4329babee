using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>A folder of plugins, and the pins of their files, which are stored outside the folder.</summary>
/// <remarks>
/// <para>
/// <para>There are three kinds: the folder of the program, of the user and of a workspace. Plugins are not searched elsewhere: not in the working directory,
/// in a store or next to data. This class does not load the code of plugins; <see cref="PluginHost"/> does.</para>
/// </para>
/// <para><para>Safe for use by multiple threads and processes.</para></para>
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

    /// <summary>Gets the owner of the plugins.</summary>
    public PluginScope Scope { get; }

    /// <summary>Gets the full path of the folder that contains one folder per plugin.</summary>
    public string Folder { get; }

    /// <summary>Gets the full path of the file that contains the pins.</summary>
    public string PinFile => _pins.FullName;

    /// <summary>
    /// Gets the user's folder for Cairn: <c>CAIRN_HOME</c> if it is set; otherwise, <c>cairn</c> in the system's folder for settings. Null if the user has
    /// no such folder.
    /// </summary>
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

    /// <summary>
    /// Returns the plugins that are part of a program: <c>plugins/</c> and <c>plugins.json</c> in the folder of the program, created by its build. They are
    /// read-only.
    /// </summary>
    /// <param name="programFolder">The folder of the program. Default: the folder of the running program.</param>
    public static PluginFolder Bundled(string? programFolder = null)
    {
        var program = Path.GetFullPath(programFolder ?? AppContext.BaseDirectory);
        return new(PluginScope.Bundled, Path.Join(program, PluginsName), Path.Join(program, PinsName), null, null);
    }

    /// <summary>Returns the plugins of a user: <c>plugins/</c> and <c>plugins.json</c> in a folder, usually <see cref="UserFolder"/>.</summary>
    /// <param name="userFolder">The folder; it is created when a plugin is added.</param>
    /// <param name="time">The clock. Default: the system clock.</param>
    public static PluginFolder OfUser(string userFolder, TimeProvider? time = null) => OfUser(userFolder, time, null);

    internal static PluginFolder OfUser(string userFolder, TimeProvider? time, DurableDisk? disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(userFolder);
        var full = Path.GetFullPath(userFolder);
        return new(PluginScope.User, Path.Join(full, PluginsName), Path.Join(full, PinsName), null, time, disk);
    }

    /// <summary>Returns the plugins of a workspace: <c>plugins/</c> and <c>plugins.json</c> in its <c>.cairn</c> folder.</summary>
    /// <param name="workspaceFolder">The <c>.cairn</c> folder.</param>
    /// <param name="trust">The record of the plugins that this user has accepted.</param>
    /// <param name="time">The clock. Default: the system clock.</param>
    public static PluginFolder OfWorkspace(string workspaceFolder, PluginTrust trust, TimeProvider? time = null) => OfWorkspace(workspaceFolder, trust, time, null);

    internal static PluginFolder OfWorkspace(string workspaceFolder, PluginTrust trust, TimeProvider? time, DurableDisk? disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspaceFolder);
        ArgumentNullException.ThrowIfNull(trust);
        var full = Path.GetFullPath(workspaceFolder);
        return new(PluginScope.Workspace, Path.Join(full, PluginsName), Path.Join(full, PinsName), trust, time, disk);
    }

    /// <summary>
    /// Returns all plugins, ordered by name: one for each folder, and one for each pin whose folder does not exist. Reads only the manifests.
    /// </summary>
    /// <exception cref="StoreException">The file with the pins is damaged, or a file cannot be read.</exception>
    public IReadOnlyList<InstalledPlugin> List()
    {
        var pins = _pins.Read();
        var names = new SortedSet<string>(pins.Plugins.Keys, StringComparer.Ordinal);
        if (Directory.Exists(Folder))
            names.UnionWith(Directory.EnumerateDirectories(Folder).Select(d => Path.GetFileName(d)).Where(n => !n.StartsWith(StagingPrefix, StringComparison.Ordinal) && !VersionFolder.IsMarked(n)));
        var trusted = _trust?.Snapshot();
        return [.. names.Select(n => Look(n, pins, trusted))];
    }

    /// <summary>Returns the plugin with a name, or null if there is none.</summary>
    public InstalledPlugin? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var pins = _pins.Read();
        return PluginManifest.IsName(name) && (pins.Plugins.ContainsKey(name) || Directory.Exists(Path.Join(Folder, name))) ? Look(name, pins, _trust?.Snapshot()) : null;
    }

    /// <summary>Gets the names of the preferred plugins, in order of precedence. They win if several plugins declare the same flavor or scheme.</summary>
    public IReadOnlyList<string> Preferred => _pins.Read().Preferred ?? [];

    /// <summary>Compares the files of a plugin with its pins. Reads all files.</summary>
    /// <exception cref="StoreException">NotFound: the plugin does not exist.</exception>
    public Task<PluginCheck> VerifyAsync(string name, CancellationToken cancellationToken = default)
    {
        var plugin = Require(name);
        return PluginFiles.CheckAsync(plugin.Folder, plugin.Pin?.Files ?? new Dictionary<string, string>(), cancellationToken);
    }

    /// <summary>Pins the current files of a plugin, and accepts them for this user.</summary>
    /// <returns>The plugin, and the comparison with its previous pins.</returns>
    /// <exception cref="StoreException">NotFound: the plugin does not exist. InvalidConfiguration: the plugin cannot be used here; the message states the
    /// reason.</exception>
    public async Task<TrustedPlugin> TrustAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireWritable();
        var plugin = Require(name);
        var before = await VerifyAsync(name, cancellationToken).ConfigureAwait(false);
        var files = await PluginFiles.DigestAllAsync(plugin.Folder, cancellationToken).ConfigureAwait(false);
        var manifest = ReadManifest(plugin.Folder);
        if (manifest.Name != name)
            throw PluginErrors.BadManifest(Path.Join(plugin.Folder, PluginManifest.FileName), $"the name of the plugin is '{manifest.Name}', but its folder is '{name}'");
        PluginInspection.Check(plugin.Folder, manifest, files);
        var pin = new PluginPin(manifest.Version, plugin.Pin?.Source ?? plugin.Folder, _time.GetUtcNow(), files);
        if (_trust is not null)
            await _trust.TrustAsync(name, pin, cancellationToken).ConfigureAwait(false);
        await _pins.ChangeAsync(d => d.Plugins[name] = PinDocument.Of(pin, d.Plugins.GetValueOrDefault(name)?.Folder), cancellationToken).ConfigureAwait(false);
        return new(Require(name), before);
    }

    /// <summary>Makes a plugin win if several plugins declare the same flavor or scheme.</summary>
    /// <param name="name">The name of the plugin, which can be in another folder.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task PreferAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireWritable();
        return _pins.ChangeAsync(d => d.Preferred = [name, .. (d.Preferred ?? []).Where(n => n != name)], cancellationToken);
    }

    /// <summary>Removes a plugin: first its pins, so it is never loaded again, then its files.</summary>
    /// <exception cref="StoreException">NotFound: the plugin does not exist.</exception>
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
            throw PluginErrors.BadPackage(shown ?? folder, $"it does not contain {PluginManifest.FileName}, so it is not a Cairn plugin", e);
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
            refusal = new(StoreErrorCode.InvalidConfiguration, $"{plugin.Folder} contains a plugin with a different name, '{plugin.Manifest.Name}'");
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
            throw new StoreException(StoreErrorCode.Unsupported, "the plugins that are part of the program cannot be changed; to replace one, add a plugin of the same name");
    }
}
