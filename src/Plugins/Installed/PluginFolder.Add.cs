using Cairn.Errors;
using Cairn.Flavors;
using Cairn.LocalFiles;

namespace Cairn.Plugins;

public sealed partial class PluginFolder
{
    /// <summary>
    /// Installs a plugin: copies its files and pins the SHA-256 of each. On return, the plugin is complete, pinned, and accepted for this user. If the
    /// method throws, nothing has changed.
    /// </summary>
    /// <param name="source">A folder that contains a <c>cairn-plugin.json</c> (or a build output that contains it in <c>cairn-plugin/</c>), a <c>.nupkg</c>,
    /// or the https URL of a <c>.nupkg</c>.</param>
    /// <param name="options">Options for adding the plugin. Optional.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">The plugin is not accepted; the message states the reason, and nothing was added. AlreadyExists: a plugin of that
    /// name exists.</exception>
    public async Task<InstalledPlugin> AddAsync(string source, PluginAddOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        RequireWritable();
        options ??= new();
        try
        {
            _disk.MakeFolders(Folder);
            using var scratch = ScratchFolder.Create(Folder, StagingPrefix, _time);
            var staging = scratch.Path;
            var content = Path.Join(staging, "content");
            Directory.CreateDirectory(content);
            var (files, shown) = await FetchAsync(source, staging, content, options, cancellationToken).ConfigureAwait(false);
            var manifest = ReadManifest(content, shown);
            PluginInspection.Check(content, manifest, files);
            if (options.BuiltIn is { } builtIn)
                RefuseBuiltIn(manifest, builtIn);
            await PublishAsync(manifest, content, new(manifest.Version, shown, _time.GetUtcNow(), files), options.Replace, cancellationToken).ConfigureAwait(false);
            return Require(manifest.Name);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"the plugin from {source} cannot be copied to {Folder}: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static async Task<(SortedDictionary<string, string> Files, string Shown)> FetchAsync(
        string source, string staging, string content, PluginAddOptions options, CancellationToken cancellationToken)
    {
        if (source.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(source, UriKind.Absolute, out var address))
                throw PluginErrors.BadPackage(ErrorText.Escape(source), "it is not a valid URL");
            var package = Path.Join(staging, "package.nupkg");
            using var own = options.Http is null ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) : null;
            var digest = await PluginDownload.FetchAsync(options.Http ?? own!, address, package, options.Limits, cancellationToken).ConfigureAwait(false);
            var shown = PluginDownload.Show(address);
            CheckDigest(shown, digest, options.Sha256);
            return (await UnpackAsync(package, shown).ConfigureAwait(false), shown);
        }
        var full = Path.GetFullPath(source);
        if (Directory.Exists(full))
        {
            if (options.Sha256 is not null)
                throw new ArgumentException("A digest applies to a package, not to a folder.", nameof(options));
            var output = Path.Join(full, "cairn-plugin");
            var folder = !File.Exists(Path.Join(full, PluginManifest.FileName)) && File.Exists(Path.Join(output, PluginManifest.FileName)) ? output : full;
            return (await PluginFiles.CopyAsync(folder, content, options.Limits, cancellationToken).ConfigureAwait(false), folder);
        }
        if (!File.Exists(full))
            throw new StoreException(StoreErrorCode.NotFound, $"no folder or package exists at {full}");
        var copy = Path.Join(staging, "package.nupkg");
        var from = LocalFile.OpenRead(full);
        await using (from.ConfigureAwait(false))
        {
            var (_, digest) = await PluginFiles.WriteAsync(
                from, copy, options.Limits.PackageBytes, () => PluginErrors.BadPackage(full, $"it is larger than {options.Limits.PackageBytes} bytes"), cancellationToken)
                .ConfigureAwait(false);
            CheckDigest(full, digest, options.Sha256);
        }
        return (await UnpackAsync(copy, full).ConfigureAwait(false), full);

        async Task<SortedDictionary<string, string>> UnpackAsync(string package, string origin)
        {
            var stream = File.OpenRead(package);
            await using (stream.ConfigureAwait(false))
                return await PluginArchive.UnpackAsync(stream, origin, content, options.Limits, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void CheckDigest(string origin, string digest, string? wanted)
    {
        if (wanted is not null && !string.Equals(wanted, digest, StringComparison.OrdinalIgnoreCase))
        {
            throw new StoreException(
                new StoreFault(StoreErrorCode.IntegrityFailure, $"{origin} has the SHA-256 {digest}, but {ErrorText.Escape(wanted)} was expected") { Advice = "Nothing was added." });
        }
    }

    private void RefuseBuiltIn(PluginManifest manifest, FlavorRegistry builtIn)
    {
        var plugin = new InstalledPlugin { Name = manifest.Name, Scope = Scope, Folder = Folder, Manifest = manifest };
        foreach (var (flavor, _) in manifest.Flavors)
        {
            if (BuiltInClash(plugin, flavor, builtIn) is { } clash)
                throw new StoreException(clash with { Advice = "A built-in flavor cannot be replaced. Nothing was added." });
        }
    }

    internal static StoreFault? BuiltInClash(InstalledPlugin plugin, Providers.FlavorDescriptor flavor, FlavorRegistry builtIn)
    {
        if (builtIn.Contains(flavor.Name))
            return PluginErrors.BuiltIn(plugin, $"the flavor '{flavor.Name}'", flavor.Name);
        return flavor.Schemes.Select(s => (Scheme: s, Owner: builtIn.FlavorOfScheme(s))).FirstOrDefault(s => s.Owner is not null) is { Owner: { } owner } taken
            ? PluginErrors.BuiltIn(plugin, $"the scheme '{taken.Scheme}://'", owner)
            : null;
    }

    /// <summary>
    /// Publishes the folder under an unused name; the change of the pins then activates it. A crash therefore leaves either the old or the new plugin,
    /// complete.
    /// </summary>
    private async Task PublishAsync(PluginManifest manifest, string content, PluginPin pin, bool replace, CancellationToken cancellationToken)
    {
        var name = manifest.Name;
        RefuseSecond(_pins.Read());
        _disk.FlushTree(content);
        if (_trust is not null)
            await _trust.TrustAsync(name, pin, cancellationToken).ConfigureAwait(false);
        string? placed = null;
        try
        {
            await _pins.ChangeAsync(
                pins =>
                {
                    RefuseSecond(pins);
                    placed = Path.Exists(Path.Join(Folder, name)) ? VersionFolder.NewFor(name) : name;
                    _disk.MoveFolder(content, Path.Join(Folder, placed));
                    _disk.FlushFolder(Folder);
                    pins.Plugins[name] = PinDocument.Of(pin, placed == name ? null : placed);
                },
                cancellationToken,
                done: pins => Sweep(name, pins)).ConfigureAwait(false);
        }
        catch
        {
            if (placed is not null && !IsPinned(placed))
                ScratchFolder.Delete(Path.Join(Folder, placed));
            throw;
        }

        // If changing the pins failed at the flush after the rename, they may still refer to the folder.
        bool IsPinned(string folder)
        {
            try
            {
                return _pins.Read() is var pins && pins.Plugins.ContainsKey(name) && FolderOf(name, pins) == folder;
            }
            catch (StoreException)
            {
                return true;
            }
        }

        void RefuseSecond(PinsDocument pins)
        {
            if (!replace && pins.Plugins.TryGetValue(name, out var there))
                throw PluginErrors.AlreadyThere(name, there.Version, Folder);
        }
    }

    /// <summary>Deletes the folders of a plugin that its pins do not refer to. A folder that is in use by a process is deleted by a later change.</summary>
    private void Sweep(string name, PinsDocument pins)
    {
        var kept = pins.Plugins.ContainsKey(name) ? FolderOf(name, pins) : null;
        foreach (var folder in Directory.EnumerateDirectories(Folder).Where(f => Path.GetFileName(f) is var n && n != kept && VersionFolder.IsOf(name, n)))
        {
            try
            {
                ScratchFolder.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // No pins refer to it, so it is never loaded.
            }
        }
    }
}
