namespace Cairn.Plugins;

public sealed partial class PluginFolder
{
    /// <summary>
    /// Copies a plugin here and pins the SHA-256 of each of its files. On return the plugin is whole, pinned, and accepted for this user; when it throws, what was here is
    /// as it was.
    /// </summary>
    /// <param name="source">A folder with a <c>cairn-plugin.json</c> (or a build's output, which has it in <c>cairn-plugin/</c>), a <c>.nupkg</c>, or the https address of one.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactStoreException">It is not accepted; the message says why, and nothing was added. AlreadyExists: there is one of that name.</exception>
    public async Task<InstalledPlugin> AddAsync(string source, PluginAddOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        RequireWritable();
        options ??= new();
        try
        {
            Directory.CreateDirectory(Folder);
            using var scratch = ScratchFolder.Create(Folder, StagingPrefix, _time);
            var staging = scratch.Path;
            var content = Path.Join(staging, "content");
            Directory.CreateDirectory(content);
            var (files, shown) = await FetchAsync(source, staging, content, options, cancellationToken).ConfigureAwait(false);
            var manifest = ReadManifest(content, shown);
            PluginInspection.Check(content, manifest, files);
            if (options.BuiltIn is { } builtIn)
                RefuseBuiltIn(manifest, builtIn);
            await PublishAsync(manifest, content, staging, new(manifest.Version, shown, _time.GetUtcNow(), files), options.Replace, cancellationToken).ConfigureAwait(false);
            return Require(manifest.Name);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, $"the plugin from {source} cannot be copied to {Folder}: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static async Task<(SortedDictionary<string, string> Files, string Shown)> FetchAsync(
        string source, string staging, string content, PluginAddOptions options, CancellationToken cancellationToken)
    {
        if (source.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(source, UriKind.Absolute, out var address))
                throw PluginErrors.BadPackage(ArtifactPath.ForMessage(source), "it is not an address");
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
                throw new ArgumentException("A digest fits a package, not a folder.", nameof(options));
            var output = Path.Join(full, "cairn-plugin");
            var folder = !File.Exists(Path.Join(full, PluginManifest.FileName)) && File.Exists(Path.Join(output, PluginManifest.FileName)) ? output : full;
            return (await PluginFiles.CopyAsync(folder, content, options.Limits, cancellationToken).ConfigureAwait(false), folder);
        }
        if (!File.Exists(full))
            throw new ArtifactStoreException(StoreErrorCode.NotFound, $"there is neither a folder nor a package at {full}");
        var copy = Path.Join(staging, "package.nupkg");
        var from = Transfers.LocalFile.OpenRead(full);
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
            throw new ArtifactStoreException(
                new StoreFault(StoreErrorCode.IntegrityFailure, $"{origin} has the SHA-256 {digest}, and {ArtifactPath.ForMessage(wanted)} was asked for") { Advice = "Nothing was added." });
        }
    }

    private void RefuseBuiltIn(PluginManifest manifest, FlavorRegistry builtIn)
    {
        var plugin = new InstalledPlugin { Name = manifest.Name, Scope = Scope, Folder = Folder, Manifest = manifest };
        foreach (var (flavor, _) in manifest.Flavors)
        {
            if (BuiltInClash(plugin, flavor, builtIn) is { } clash)
                throw new ArtifactStoreException(clash with { Advice = "A built-in flavor cannot be replaced. Nothing was added." });
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

    /// <summary>Moves the old folder aside and the new one in; until the pins follow, what stands there does not match them and is refused.</summary>
    private async Task PublishAsync(PluginManifest manifest, string content, string staging, PluginPin pin, bool replace, CancellationToken cancellationToken)
    {
        var target = Path.Join(Folder, manifest.Name);
        var old = Path.Join(staging, "old");
        if (Find(manifest.Name) is { Pin: not null } there && !replace)
            throw PluginErrors.AlreadyThere(manifest.Name, there.Version, Folder);
        var replaced = Directory.Exists(target);
        if (replaced)
            Directory.Move(target, old);
        var moved = false;
        try
        {
            FlushTree(content);
            Directory.Move(content, target);
            moved = true;
            Durable.DurableDisk.Local.FlushFolder(Folder);
            await PinAsync(manifest.Name, pin, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (moved)
                ScratchFolder.Delete(target);
            if (replaced)
                Directory.Move(old, target);
            throw;
        }
    }

    /// <summary>Brings the files of a folder to the device, so that pins that survive a crash find what they name.</summary>
    private static void FlushTree(string folder)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Directory.Exists(entry))
                FlushTree(entry);
            else
                Durable.DurableDisk.Local.Flush(entry);
        }
        Durable.DurableDisk.Local.FlushFolder(folder);
    }
}
