using System.Diagnostics.CodeAnalysis;
using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>The plugins under development that one shell uses; managed by <c>cairn plugin dev</c>.</summary>
/// <remarks>
/// The build folders are listed in a file in the user's folder. The file is named after the session of the terminal: the process number, start time and
/// machine of the shell that leads it. Other terminals therefore do not use these plugins, the list ends with the shell, and neither a workspace nor an
/// environment variable can add a plugin. A file or folder that another user of the machine could have changed is not read. The list is not flushed: a
/// system crash ends the shell, and no later session has the same name.
/// </remarks>
public sealed class ShellPlugins
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _folder;
    private readonly string _file;

    private readonly DurableDisk _disk;

    internal ShellPlugins(string folder, string session, DurableDisk disk) => (_folder, _file, _disk) = (folder, Path.Join(folder, session), disk);

    /// <summary>
    /// Opens the list for the shell of this process. Returns false without a terminal, because no shell would end the list, and on Windows.
    /// </summary>
    /// <param name="userFolder">The user's folder, usually <see cref="PluginFolder.UserFolder"/>.</param>
    /// <param name="plugins">The list.</param>
    public static bool TryOpen(string userFolder, [NotNullWhen(true)] out ShellPlugins? plugins)
    {
        ArgumentException.ThrowIfNullOrEmpty(userFolder);
        plugins = ShellSession.Current() is { } session ? new(Path.Join(Path.GetFullPath(userFolder), "dev"), session, DurableDisk.Local) : null;
        return plugins is not null;
    }

    /// <summary>Returns the plugins, most recently added first, without checking whether their builds exist.</summary>
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

    /// <summary>Adds a build to this shell. It replaces an earlier build of the same plugin.</summary>
    /// <exception cref="StoreException">The build cannot be used, or the list cannot be written; the message states the reason.</exception>
    public void Add(DevelopedPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var found = plugin.Look();
        if (found.Refusal is { } refusal)
            throw new StoreException(refusal);
        if (plugin.Folder.Contains('\n'))
            throw new StoreException(StoreErrorCode.InvalidConfiguration, "the path of a plugin's folder must not contain a line break");
        Write([plugin, .. Read().Where(p => p.Folder != plugin.Folder && p.Look().Name != found.Name)]);
    }

    /// <summary>Removes a build from this shell.</summary>
    /// <returns>true if the build was in use; otherwise, false.</returns>
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

    /// <summary>The user's folder must survive a crash, because it contains other durable files.</summary>
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
            Advice = "The code listed there runs with your permissions, so only you may have write access. Correct the access with chmod, or set CAIRN_HOME to a private folder.",
        });
}
