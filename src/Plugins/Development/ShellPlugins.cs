using System.Diagnostics.CodeAnalysis;
using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>Which plugins under development one shell uses: what <c>cairn plugin dev</c> keeps.</summary>
/// <remarks>
/// The folders of builds stand in a file of the user's folder that is named after the terminal's session: the number, the start and the machine of the shell that leads it. So
/// no other terminal sees them, they end with the shell, and neither a workspace nor an environment variable can name one. A file or folder that another user of the machine
/// could have changed is not read. The list is not flushed: a crash of the system ends the shell, and no later session has its name.
/// </remarks>
public sealed class ShellPlugins
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _folder;
    private readonly string _file;

    private readonly DurableDisk _disk;

    internal ShellPlugins(string folder, string session, DurableDisk disk) => (_folder, _file, _disk) = (folder, Path.Join(folder, session), disk);

    /// <summary>Those of the shell that this process runs in; false without a terminal, where there is no shell to end them, and on Windows.</summary>
    /// <param name="userFolder">The user's folder, usually <see cref="PluginFolder.UserFolder"/>.</param>
    /// <param name="plugins">Those plugins.</param>
    public static bool TryOpen(string userFolder, [NotNullWhen(true)] out ShellPlugins? plugins)
    {
        ArgumentException.ThrowIfNullOrEmpty(userFolder);
        plugins = ShellSession.Current() is { } session ? new(Path.Join(Path.GetFullPath(userFolder), "dev"), session, DurableDisk.Local) : null;
        return plugins is not null;
    }

    /// <summary>The plugins, the last that was added first. Whether there still are builds of them is not looked at.</summary>
    /// <exception cref="StoreException">PermissionDenied: another user could have written the list.</exception>
    public IReadOnlyList<DevelopedPlugin> Read()
    {
        try
        {
            if (!File.Exists(_file))
                return [];
            if ((FileOwners.Problem(_file) ?? FileOwners.ProblemOfTree(FileOwners.RealPath(_folder) ?? _folder)) is { } problem)
                throw Unsafe(problem);
            return [.. File.ReadAllLines(_file).Select(f => DevelopedPlugin.In(f))];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{_file} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Uses a build in this shell from now on. One of the same plugin that was used before gives way.</summary>
    /// <exception cref="StoreException">The build cannot be used, or the list cannot be written; the message says why.</exception>
    public void Add(DevelopedPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var found = plugin.Look();
        if (found.Refusal is { } refusal)
            throw new StoreException(refusal);
        if (plugin.Folder.Contains('\n'))
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "the name of a plugin's folder must not hold a line break");
        Write([plugin, .. Read().Where(p => p.Folder != plugin.Folder && p.Look().Name != found.Name)]);
    }

    /// <summary>Uses a build no longer.</summary>
    /// <returns>Whether it was used.</returns>
    public bool Remove(DevelopedPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var before = Read();
        var after = before.Where(p => p.Folder != plugin.Folder).ToList();
        if (after.Count < before.Count)
            Write(after);
        return after.Count < before.Count;
    }

    private void Write(IReadOnlyList<DevelopedPlugin> plugins)
    {
        try
        {
            MakeFolder();
            foreach (var file in Directory.EnumerateFiles(_folder).Where(f => ShellSession.IsOver(Path.GetFileName(f))))
                File.Delete(file);
            if (plugins.Count == 0)
            {
                File.Delete(_file);
                return;
            }
            var temp = $"{_file}.{Guid.NewGuid():N}.tmp";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var writer = new StreamWriter(temp, options))
                writer.Write(string.Concat(plugins.Select(p => p.Folder + "\n")));
            _disk.Replace(_file, temp);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{_file} cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>The user's folder survives a crash, since what else is kept in it must.</summary>
    private void MakeFolder()
    {
        _disk.MakeFolders(Path.GetDirectoryName(_folder)!);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_folder);
        else
            Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.UserExecute);
        if (FileOwners.ProblemOfTree(FileOwners.RealPath(_folder) ?? _folder) is { } problem)
            throw Unsafe(problem);
    }

    private static StoreException Unsafe(string problem) => new(
        new StoreFault(StoreErrorCode.PermissionDenied, $"plugins under development are not used: {problem}")
        {
            Advice = "Only you may be able to write there, since what stands there is run with your rights. Mend it with chmod, or set CAIRN_HOME to a folder of your own.",
        });
}
