using Cairn.Errors;
using Cairn.Flavors;

namespace Cairn.Workspaces;

/// <summary>A <c>.cairn</c> folder: the stores that a project has registered, and which of them is active.</summary>
/// <remarks>
/// <para>It holds no state of its own: each call reads the file anew, and each change is made under a lock between processes, on what is there at that moment, and
/// published whole by a rename. A damaged file, and one of a newer version, is an error and is never overwritten.</para>
/// <para>Safe to use from many threads.</para>
/// </remarks>
public sealed class Workspace
{
    /// <summary>The name of a workspace's folder.</summary>
    public const string FolderName = ".cairn";

    /// <summary>The environment variable that names the workspace to use.</summary>
    public const string EnvironmentVariable = "CAIRN_WORKSPACE";

    /// <summary>The name of the local store that <see cref="InitializeAsync"/> makes; its root is the folder <c>store</c> inside the workspace's.</summary>
    public const string DefaultStore = "default";

    private const string LocalFlavor = "local";
    private const string RelativeRoot = "./";
    private readonly WorkspaceFile _file;

    private Workspace(string folder, FlavorRegistry flavors, TimeProvider? time)
    {
        Folder = folder;
        Flavors = flavors;
        _file = new(folder, time ?? TimeProvider.System);
    }

    /// <summary>The full path of the <c>.cairn</c> folder.</summary>
    public string Folder { get; }

    /// <summary>The flavors that stores may be of.</summary>
    public FlavorRegistry Flavors { get; }

    /// <summary>The nearest <c>.cairn</c> folder with a workspace in it, from <paramref name="start"/> upwards; null when there is none.</summary>
    public static string? FindFolder(string start)
    {
        ArgumentNullException.ThrowIfNull(start);
        for (var folder = Path.GetFullPath(start); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Join(folder, FolderName);
            if (WorkspaceFile.IsIn(candidate))
                return candidate;
        }
        return null;
    }

    /// <summary>Opens the workspace that is meant: the given one, else that of <see cref="EnvironmentVariable"/>, else the nearest from the current directory upwards.</summary>
    /// <param name="given">A <c>.cairn</c> folder or the folder that holds one; null or empty when none was given.</param>
    /// <param name="flavors">The flavors that stores may be of.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: there is no workspace; the message says where it was looked for.</exception>
    public static Workspace Locate(string? given, FlavorRegistry flavors)
    {
        if (!string.IsNullOrEmpty(given))
            return Open(given, flavors);
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named)
            return Open(named, flavors);
        var here = Directory.GetCurrentDirectory();
        return FindFolder(here) is { } folder
            ? Open(folder, flavors)
            : throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"there is no workspace in {here} or above it") { Advice = "Make one with 'cairn init'." });
    }

    /// <summary>Opens a workspace.</summary>
    /// <param name="folder">A <c>.cairn</c> folder or the folder that holds one.</param>
    /// <param name="flavors">The flavors that stores may be of.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: there is none.</exception>
    public static Workspace Open(string folder, FlavorRegistry flavors, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(flavors);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!WorkspaceFile.IsIn(full))
            full = Path.Join(full, FolderName);
        return WorkspaceFile.IsIn(full)
            ? new(full, flavors, time)
            : throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"there is no workspace in {folder}") { Advice = "Make one with 'cairn init'." });
    }

    /// <summary>Makes a workspace with a <see cref="DefaultStore"/>, which is active; leaves one that is there as it is.</summary>
    /// <param name="parent">The folder in which <c>.cairn</c> is made.</param>
    /// <param name="flavors">The flavors that stores may be of.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The workspace, and whether it was made now.</returns>
    /// <exception cref="StoreException">The workspace that is there is damaged or of a newer version, or the folder cannot be written.</exception>
    public static async Task<InitializedWorkspace> InitializeAsync(
        string parent, FlavorRegistry flavors, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(parent);
        ArgumentNullException.ThrowIfNull(flavors);
        var folder = Path.Join(Path.GetFullPath(parent), FolderName);
        var workspace = new Workspace(folder, flavors, time);
        try
        {
            workspace._file.MakeFolder();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{folder} cannot be made: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StoreException(StoreErrorCode.PathConflict, $"{folder} cannot be made: {e.Message}", e);
        }
        var created = await workspace._file.CreateAsync(
            new() { Active = DefaultStore, Stores = { new(DefaultStore, LocalFlavor, RelativeRoot + "store", System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty) } },
            cancellationToken).ConfigureAwait(false);
        return new(workspace, created);
    }

    /// <summary>Reads what the workspace holds now.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the file is damaged or of a newer version.</exception>
    public WorkspaceContent Read() => ToContent(_file.Read());

    /// <summary>Registers a store. Nothing is opened.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.AlreadyExists"/>: the name is taken. <see cref="StoreErrorCode.InvalidConfiguration"/>: the name, flavor, root or an option is not
    /// valid; the message lists what there is. No message shows a secret.
    /// </exception>
    public Task RegisterAsync(RegisteredStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoreRules.Check(store, Flavors);
        return _file.ChangeAsync(
            document =>
            {
                if (document.Find(store.Name) is not null)
                    throw Taken(store.Name);
                document.Stores.Add(new(store.Name, store.Flavor, RootText(store.Root), store.Options));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Changes a store's root or options. Nothing is opened.</summary>
    /// <param name="name">The store.</param>
    /// <param name="root">The new root; null to keep it.</param>
    /// <param name="options">Options to set; those with a null value are taken away. Null to keep them all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The store as it is now.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such store, or a value is not valid.</exception>
    public Task<RegisteredStore> UpdateAsync(
        string name, StoreUri? root = null, IReadOnlyDictionary<string, string?>? options = null, CancellationToken cancellationToken = default) =>
        ChangeStoreAsync(
            name,
            (document, old) =>
            {
                var values = new Dictionary<string, string>(old.Options, StringComparer.Ordinal);
                foreach (var (option, value) in options ?? System.Collections.ObjectModel.ReadOnlyDictionary<string, string?>.Empty)
                {
                    if (value is not null)
                        values[option] = value;
                    else if (!values.Remove(option))
                        throw new StoreException(StoreErrorCode.InvalidConfiguration, $"store '{name}' has no option '{ErrorText.Escape(option)}'; there are {ErrorText.List(values.Keys)}");
                }
                var store = old with { Root = root ?? old.Root, Options = values };
                StoreRules.Check(store, Flavors);
                var entry = document.Find(name)!;
                (entry.Root, entry.Options) = (RootText(store.Root), store.Options);
                return store;
            },
            cancellationToken);

    /// <summary>Gives a store another name; when it is active it stays so.</summary>
    /// <exception cref="StoreException">InvalidConfiguration: no such store, or the new name is not valid. AlreadyExists: the new name is taken.</exception>
    public Task RenameAsync(string name, string newName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newName);
        StoreRules.CheckName(newName);
        return ChangeStoreAsync(
            name,
            (document, _) =>
            {
                if (newName != name && document.Find(newName) is not null)
                    throw Taken(newName);
                document.Find(name)!.Name = newName;
                if (document.Active == name)
                    document.Active = newName;
                return true;
            },
            cancellationToken);
    }

    /// <summary>Forgets a store; what it holds stays where it is. When it was active, none is afterwards.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such store.</exception>
    public Task RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _file.ChangeAsync(
            document =>
            {
                if (document.Stores.RemoveAll(s => s.Name == name) == 0)
                    _ = ToContent(document).Find(name);
                if (document.Active == name)
                    document.Active = null;
                return true;
            },
            cancellationToken);
    }

    /// <summary>Makes a store the active one.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such store.</exception>
    public Task SetActiveAsync(string name, CancellationToken cancellationToken = default) => ChangeStoreAsync(
        name,
        (document, _) =>
        {
            document.Active = name;
            return true;
        },
        cancellationToken);

    /// <summary>Opens a registered store.</summary>
    /// <param name="name">The store; null for the active one.</param>
    /// <param name="options">How the store works; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>A store that the caller disposes.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such store, none is active, or its options cannot be used.</exception>
    public async ValueTask<ArtifactStore> OpenStoreAsync(string? name = null, ArtifactStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        var store = Read().Find(name);
        var values = await ResolveOptionsAsync(store, null, cancellationToken).ConfigureAwait(false);
        var provider = await Flavors.GetProviderAsync(store.Flavor, cancellationToken).ConfigureAwait(false);
        return await ArtifactStore.OpenAsync(provider, store.Root, values, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A store's option values as its provider takes them: secrets are read now from where they stand.</summary>
    /// <param name="store">The store.</param>
    /// <param name="secret">Told each secret's value, so that it can be kept out of whatever is shown; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the flavor is not known, an option is not valid, or a secret cannot be read.</exception>
    public async ValueTask<IReadOnlyDictionary<string, string>> ResolveOptionsAsync(
        RegisteredStore store, Action<string>? secret = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.Options.Count == 0)
            return store.Options;
        StoreRules.Check(store, Flavors);
        var secrets = StoreRules.OptionsOf(Flavors.Describe(store.Flavor)).Where(o => o.Secret).Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in store.Options)
        {
            var resolved = value;
            if (secrets.Contains(name))
            {
                resolved = await SecretReference.ResolveAsync(name, value, Path.GetDirectoryName(Folder)!, cancellationToken).ConfigureAwait(false);
                secret?.Invoke(resolved);
            }
            values.Add(name, resolved);
        }
        return values;
    }

    private static StoreException Taken(string name) => new(
        new StoreFault(StoreErrorCode.AlreadyExists, $"a store '{name}' is registered already") { Advice = "Change it with 'cairn store update', or choose another name." });

    private Task<T> ChangeStoreAsync<T>(string name, Func<WorkspaceDocument, RegisteredStore, T> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _file.ChangeAsync(
            document => change(document, ToContent(document).Find(name)),
            cancellationToken);
    }

    private WorkspaceContent ToContent(WorkspaceDocument document)
    {
        var stores = new List<RegisteredStore>(document.Stores.Count);
        var unusable = new Dictionary<string, StoreException>(StringComparer.Ordinal);
        foreach (var store in document.Stores)
        {
            try
            {
                stores.Add(ToStore(store));
            }
            catch (StoreException e)
            {
                unusable[store.Name] = e;
            }
        }
        return new(document.Active, stores) { Unusable = unusable };
    }

    private RegisteredStore ToStore(StoreDocument store)
    {
        try
        {
            var root = store.Root.StartsWith(RelativeRoot, StringComparison.Ordinal)
                ? StoreUri.FromLocalPath(Path.Join(Folder, store.Root[RelativeRoot.Length..]))
                : StoreUri.Parse(store.Root);
            return new(store.Name, store.Flavor, root) { Options = store.Options };
        }
        catch (FormatException e)
        {
            throw new StoreException(
                new StoreFault(StoreErrorCode.InvalidConfiguration, $"{_file.FullName} gives store '{ErrorText.Escape(store.Name)}' a root that is none: {e.Message.TrimEnd('.')}") { Advice = "Correct the file, or remove the store." }, e);
        }
    }

    /// <summary>A root inside the workspace's folder is written relative to it, so that a moved project keeps its stores.</summary>
    private string RootText(StoreUri root)
    {
        var folder = StoreUri.FromLocalPath(Folder);
        return root.IsUnder(folder) ? RelativeRoot + root.Path.RelativeTo(folder.Path).Value : root.ToString();
    }
}
