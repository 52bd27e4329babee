namespace Cairn.Plugins;

/// <summary>A plugin under development: its build output is used directly, without being added or pinned.</summary>
/// <remarks>
/// Code is never loaded from the build folder: each build is copied completely before use, so the next build can replace it while stores are open, and the
/// open stores keep a complete copy. Files that another user of the machine could have written are refused.
/// </remarks>
public sealed class DevelopedPlugin
{
    private const string LayoutName = "cairn-plugin";
    private const int MostBuilds = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly TimeProvider _time;

    private DevelopedPlugin(string folder, TimeProvider? time) => (Folder, _time) = (folder, time ?? TimeProvider.System);

    /// <summary>Gets the full path, with links resolved, of the folder that contains the plugin in the layout of its build.</summary>
    public string Folder { get; }

    /// <summary>Finds the build of a plugin.</summary>
    /// <param name="folder">
    /// The layout folder of a build (<c>cairn-plugin</c>), the output folder that contains it (<c>bin/Debug/net10.0</c>), or the project folder if it
    /// contains exactly one build.
    /// </param>
    /// <param name="time">The clock. Default: the system clock.</param>
    /// <exception cref="StoreException">NotFound or InvalidConfiguration: there is no build, or there are several.</exception>
    public static DevelopedPlugin At(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var real = FileOwners.RealPath(folder) ?? throw new StoreException(StoreErrorCode.NotFound, $"the folder {Path.GetFullPath(folder)} does not exist");
        if (File.Exists(real))
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"{real} is a file, but a plugin under development must be a build output folder")
            {
                Advice = "Specify the output folder, such as bin/Debug/net10.0. To add a package, use 'cairn plugin add'.",
            });
        }
        if (File.Exists(Path.Join(real, PluginManifest.FileName)) || Path.GetFileName(real) == LayoutName)
            return new(real, time);
        if (Directory.Exists(Path.Join(real, LayoutName)))
            return new(FileOwners.RealPath(Path.Join(real, LayoutName))!, time);
        return new(OfProject(real), time);
    }

    /// <summary>Returns a plugin in a folder that <see cref="At"/> found before. The folder is not accessed.</summary>
    internal static DevelopedPlugin In(string folder, TimeProvider? time = null) => new(folder, time);

    /// <summary>Reads the manifest of the current build. The result has a refusal if the build cannot be used.</summary>
    public InstalledPlugin Look()
    {
        var plugin = new InstalledPlugin { Name = "?", Scope = PluginScope.Development, Folder = Folder };
        try
        {
            if (FileOwners.RealPath(Folder) != Folder)
                return plugin with { Refusal = Fault("its folder no longer exists, or is now a link") };
            if (FileOwners.ProblemOfTree(Folder) is { } problem)
                return plugin with { Refusal = Unsafe(problem) };
            var manifest = PluginFolder.ReadManifest(Folder);
            plugin = plugin with { Name = manifest.Name, Manifest = manifest };
            return manifest.Abstractions.Contains(AbstractionsRange.Current)
                ? plugin : plugin with { Refusal = PluginErrors.WrongAbstractions(manifest.Name, manifest.Version, manifest.Abstractions) };
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            return plugin with { Refusal = Fault((e as StoreException)?.Reason ?? e.Message.TrimEnd('.')) };
        }
    }

    /// <summary>Like <see cref="Look"/>, but waits up to ten seconds for the end of a running build.</summary>
    internal InstalledPlugin Await()
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            var found = Look();
            if (found.Manifest is not null || !Directory.Exists(Path.GetDirectoryName(Folder)) || _time.GetElapsedTime(start) > Patience)
                return found;
            Thread.Sleep(Pause);
        }
    }

    /// <summary>Returns an identifier of the current build: the names, lengths and times of all its files. Null if there is no complete build.</summary>
    internal string? Stamp()
    {
        try
        {
            var (files, _) = PluginFiles.Read(Folder, new());
            return files.ContainsKey(PluginManifest.FileName)
                ? string.Join('|', files.Select(f => FormattableString.Invariant($"{f.Key}:{f.Value.Length}:{f.Value.LastWriteTimeUtc.Ticks}")))
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // A listed file no longer exists: the folder is being written.
            return null;
        }
    }

    /// <summary>
    /// Copies the current build. Waits for the end of a running build: the manifest is written last, and no file may change during the copy.
    /// </summary>
    /// <exception cref="StoreException">The build cannot be used, or is still incomplete after ten seconds.</exception>
    internal async Task<PluginBuild> CopyAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        string? refused = null;
        while (true)
        {
            var before = Stamp();
            var build = new PluginBuild(ScratchFolder.Create(Path.GetTempPath(), "cairn-dev-", _time), before ?? "");
            try
            {
                if (before is not null)
                {
                    await build.FillAsync(Look(), cancellationToken).ConfigureAwait(false);
                    if (Stamp() == before)
                        return build;
                }
                build.Dispose();
            }
            catch (Exception e) when (e is StoreException or IOException)
            {
                build.Dispose();
                // An incomplete build looks like an invalid one. Only a build that is unchanged after a pause is invalid.
                if (before is not null && before == refused && before == Stamp())
                    throw e as StoreException ?? new StoreException(Fault(e.Message.TrimEnd('.')), e);
                refused = before;
            }
            catch
            {
                build.Dispose();
                throw;
            }
            if (_time.GetElapsedTime(start) > Patience)
                throw new StoreException(Look().Refusal ?? Fault($"its build did not end within {Patience.TotalSeconds} seconds"));
            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the time when the build was written.</summary>
    internal DateTimeOffset BuiltAt() => File.GetLastWriteTimeUtc(Path.Join(Folder, PluginManifest.FileName));

    /// <summary>Returns the path of a file for a watcher: every build writes it, and no build deletes its folder.</summary>
    internal string Watched(string assembly)
    {
        var copied = Path.Join(Path.GetDirectoryName(Folder), assembly);
        return File.Exists(copied) ? copied : Path.Join(Folder, assembly);
    }

    private static string OfProject(string folder)
    {
        var projects = Directory.GetFiles(folder, "*.*proj");
        if (projects.Length == 0)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"{folder} contains neither {PluginManifest.FileName} nor a {LayoutName} folder nor a project")
            {
                Advice = "Specify the output folder of a plugin's build, such as bin/Debug/net10.0, or the project folder. A project with <CairnPlugin>true</CairnPlugin> creates the plugin layout when it is built.",
            });
        }
        var output = Path.Join(folder, "bin");
        var builds = Directory.Exists(output)
            ? Directory.EnumerateDirectories(output, LayoutName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 }).Order(StringComparer.Ordinal).Take(MostBuilds).ToList()
            : [];
        return builds.Count switch
        {
            1 => builds[0],
            0 => throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the project in {folder} has no build of a plugin in {output}")
            {
                Advice = "Build it with 'dotnet build'; the project needs <CairnPlugin>true</CairnPlugin>. If the output is elsewhere, specify that folder.",
            }),
            _ => throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"the project in {folder} has {builds.Count} builds of a plugin")
            {
                Advice = $"Specify one of {string.Join(", ", builds)}.",
            }),
        };
    }

    private static StoreFault Unsafe(string problem) => new(StoreErrorCode.PermissionDenied, $"the plugin under development is not used: {problem}")
    {
        Advice = "Its code would run with your permissions. Make sure that only you can write to its folder and the folders above it.",
    };

    private StoreFault Fault(string problem) => new(StoreErrorCode.InvalidConfiguration, $"the plugin under development in {Folder} cannot be used: {problem}")
    {
        Advice = "Build it, or stop using it with 'cairn plugin dev --off'.",
    };
}
