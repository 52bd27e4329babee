namespace Cairn.Plugins;

/// <summary>A plugin under development: the output of its build, which is used as it is now, without having been added or pinned.</summary>
/// <remarks>
/// Its code is never loaded from the build's own folder: each build is copied first, whole, so that the next build can replace it while stores are open, and these keep what they
/// have not loaded yet. What another user of the machine could have written is refused.
/// </remarks>
public sealed class DevelopedPlugin
{
    private const string LayoutName = "cairn-plugin";
    private const int MostBuilds = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly TimeProvider _time;

    private DevelopedPlugin(string folder, TimeProvider? time) => (Folder, _time) = (folder, time ?? TimeProvider.System);

    /// <summary>The full path, without links, of the folder that holds the plugin as its build lays it out.</summary>
    public string Folder { get; }

    /// <summary>Finds a plugin's build.</summary>
    /// <param name="folder">
    /// The folder that a build lays the plugin out in (<c>cairn-plugin</c>), the output folder that holds that one (<c>bin/Debug/net10.0</c>), or the folder of the project when it was built in one way only.
    /// </param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <exception cref="StoreException">NotFound or InvalidConfiguration: there is no build, or there are several.</exception>
    public static DevelopedPlugin At(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var real = FileOwners.RealPath(folder) ?? throw new StoreException(StoreErrorCode.NotFound, $"there is no folder {Path.GetFullPath(folder)} with a plugin's build");
        if (File.Exists(real))
        {
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"{real} is a file, and a plugin under development is the folder that its build writes")
            {
                Advice = "Name its output folder, such as bin/Debug/net10.0. A package is added with 'cairn plugin add'.",
            });
        }
        if (File.Exists(Path.Join(real, PluginManifest.FileName)) || Path.GetFileName(real) == LayoutName)
            return new(real, time);
        if (Directory.Exists(Path.Join(real, LayoutName)))
            return new(FileOwners.RealPath(Path.Join(real, LayoutName))!, time);
        return new(OfProject(real), time);
    }

    /// <summary>A folder that <see cref="At"/> found before; nothing is looked at.</summary>
    internal static DevelopedPlugin In(string folder, TimeProvider? time = null) => new(folder, time);

    /// <summary>What the build says of itself now; with a refusal where it cannot be used.</summary>
    public InstalledPlugin Look()
    {
        var plugin = new InstalledPlugin { Name = "?", Scope = PluginScope.Development, Folder = Folder };
        try
        {
            if (FileOwners.RealPath(Folder) != Folder)
                return plugin with { Refusal = Fault("its folder is not there any more, or is a link now") };
            if (FileOwners.ProblemOfTree(Folder) is { } problem)
                return plugin with { Refusal = Unsafe(problem) };
            var manifest = PluginFolder.ReadManifest(Folder);
            plugin = plugin with { Name = manifest.Name, Manifest = manifest };
            return manifest.Abstractions.Contains(AbstractionsRange.Current) ? plugin : plugin with { Refusal = PluginErrors.WrongAbstractions(manifest.Name, manifest.Version, manifest.Abstractions) };
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            return plugin with { Refusal = Fault((e as StoreException)?.Reason ?? e.Message.TrimEnd('.')) };
        }
    }

    /// <summary>The same, when a build is running at this moment after that has ended; at most ten seconds later.</summary>
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

    /// <summary>Tells one build from the next: the names, lengths and times of all its files. Null while there is no whole build.</summary>
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
            // A file that was listed is gone: the folder is being written.
            return null;
        }
    }

    /// <summary>
    /// Copies the build that is there. One that is being written is waited for: the manifest is written last, and no file may change while they are copied.
    /// </summary>
    /// <exception cref="StoreException">It cannot be used, or is not whole after ten seconds.</exception>
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
                // Half a build looks like a bad one; only one that is still the same after a pause is one.
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
                throw new StoreException(Look().Refusal ?? Fault($"its build did not come to an end in {Patience.TotalSeconds} seconds"));
            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>When the build was written.</summary>
    internal DateTimeOffset BuiltAt() => File.GetLastWriteTimeUtc(Path.Join(Folder, PluginManifest.FileName));

    /// <summary>A file that each build writes and that no build takes away with its folder, for a watcher.</summary>
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
            throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"{folder} holds no {PluginManifest.FileName}, no {LayoutName} folder and no project")
            {
                Advice = "Name the output folder of a plugin's build, such as bin/Debug/net10.0, or the project's folder. A project with <CairnPlugin>true</CairnPlugin> lays its plugin out when it is built.",
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
                Advice = "Build it with 'dotnet build'; its project needs <CairnPlugin>true</CairnPlugin>. Where its output goes elsewhere, name that folder.",
            }),
            _ => throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"the project in {folder} has {builds.Count} builds of a plugin")
            {
                Advice = $"Name one of {string.Join(", ", builds)}.",
            }),
        };
    }

    private static StoreFault Unsafe(string problem) => new(StoreErrorCode.PermissionDenied, $"the plugin under development is not used: {problem}")
    {
        Advice = "Its code would run with your rights, so only you may be able to write to its folder and those above it.",
    };

    private StoreFault Fault(string problem) => new(StoreErrorCode.InvalidConfiguration, $"the plugin under development in {Folder} cannot be used: {problem}")
    {
        Advice = "Build it; 'cairn plugin dev --off' uses it no longer.",
    };
}
