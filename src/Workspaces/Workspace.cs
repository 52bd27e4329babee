using Cairn.Errors;
using Cairn.Flavors;

namespace Cairn.Workspaces;

/// <summary>A <c>.cairn</c> folder: the registered stores of a project, and the active store.</summary>
/// <remarks>
/// <para>
/// <para>An instance has no cached state: each call reads the file. Each change is applied to the current content under a lock between processes, and is
/// published atomically by a rename. A damaged file, or a file of a newer version, is an error and is never overwritten.</para>
/// </para>
/// <para><para>Thread-safe.</para></para>
/// </remarks>
public sealed class Workspace
{
    /// <summary>The name of the folder of a workspace.</summary>
    public const string FolderName = ".cairn";

    /// <summary>The environment variable that selects the workspace.</summary>
    public const string EnvironmentVariable = "CAIRN_WORKSPACE";

    /// <summary>
    /// The name of the local store that <see cref="InitializeAsync"/> creates. Its root is the folder <c>store</c> inside the folder of the workspace.
    /// </summary>
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

    /// <summary>Gets the full path of the <c>.cairn</c> folder.</summary>
    public string Folder { get; }

    /// <summary>Gets the flavors available to the stores.</summary>
    public FlavorRegistry Flavors { get; }

    /// <summary>
    /// Returns the nearest <c>.cairn</c> folder that contains a workspace, from <paramref name="start"/> upwards, or null if there is none.
    /// </summary>
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

    /// <summary>
    /// Opens the selected workspace: the given one, otherwise the one in <see cref="EnvironmentVariable"/>, otherwise the nearest one from the current
    /// directory upwards.
    /// </summary>
    /// <param name="given">A <c>.cairn</c> folder or a folder that contains one; null or empty to search.</param>
    /// <param name="flavors">The flavors available to the stores.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no workspace was found. The message names the searched
    /// location.</exception>
    public static Workspace Locate(string? given, FlavorRegistry flavors)
    {
        if (!string.IsNullOrEmpty(given))
            return Open(given, flavors);
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named)
            return Open(named, flavors);
        var here = Directory.GetCurrentDirectory();
        return FindFolder(here) is { } folder
            ? Open(folder, flavors)
            : throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"no workspace was found in {here} or its parent folders") { Advice = "Create one with 'cairn init'." });
    }

    /// <summary>Opens a workspace.</summary>
    /// <param name="folder">A <c>.cairn</c> folder or a folder that contains one.</param>
    /// <param name="flavors">The flavors available to the stores.</param>
    /// <param name="time">The clock. Default: the system clock.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the folder does not contain a workspace.</exception>
    public static Workspace Open(string folder, FlavorRegistry flavors, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(flavors);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!WorkspaceFile.IsIn(full))
            full = Path.Join(full, FolderName);
        return WorkspaceFile.IsIn(full)
            ? new(full, flavors, time)
            : throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"no workspace was found in {folder}") { Advice = "Create one with 'cairn init'." });
    }

    /// <summary>Creates a workspace with an active <see cref="DefaultStore"/>. An existing workspace is not changed.</summary>
    /// <param name="parent">The folder in which to create <c>.cairn</c>.</param>
    /// <param name="flavors">The flavors available to the stores.</param>
    /// <param name="time">The clock. Default: the system clock.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The workspace, and whether it was created by this call.</returns>
    /// <exception cref="StoreException">The existing workspace is damaged or of a newer version, or the folder is not writable.</exception>
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
            throw new StoreException(StoreErrorCode.PermissionDenied, $"{folder} cannot be created: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StoreException(StoreErrorCode.PathConflict, $"{folder} cannot be created: {e.Message}", e);
        }
        var created = await workspace._file.CreateAsync(
            new() { Active = DefaultStore, Stores = { new(DefaultStore, LocalFlavor, RelativeRoot + "store", System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty) } },
            cancellationToken).ConfigureAwait(false);
        return new(workspace, created);
    }

    /// <summary>Reads the current content of the workspace.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the file is damaged or of a newer version.</exception>
    public WorkspaceContent Read() => ToContent(_file.Read());

    /// <summary>Registers a store without opening it.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.AlreadyExists"/>: the name is in use. <see cref="StoreErrorCode.InvalidConfiguration"/>: the name, flavor, root or an
    /// option is not valid; the message lists the valid values. Messages never contain secrets.
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

    /// <summary>Changes the root or the options of a store without opening it.</summary>
    /// <param name="name">The name of the store.</param>
    /// <param name="root">The new root, or null to keep the current one.</param>
    /// <param name="options">The options to set; an option with a null value is removed. Null keeps all options.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The changed store.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the store is not registered, or a value is not valid.</exception>
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
                        throw new StoreException(StoreErrorCode.InvalidConfiguration, $"store '{name}' has no option '{ErrorText.Escape(option)}'; available: {ErrorText.List(values.Keys)}");
                }
                var store = old with { Root = root ?? old.Root, Options = values };
                StoreRules.Check(store, Flavors);
                var entry = document.Find(name)!;
                (entry.Root, entry.Options) = (RootText(store.Root), store.Options);
                return store;
            },
            cancellationToken);

    /// <summary>Renames a store. An active store remains active.</summary>
    /// <exception cref="StoreException">InvalidConfiguration: the store is not registered, or the new name is not valid. AlreadyExists: the new name is in
    /// use.</exception>
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

    /// <summary>Removes a store from the workspace. Its content is not deleted. If the store was active, no store is active afterwards.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the store is not registered.</exception>
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

    /// <summary>Sets the active store.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the store is not registered.</exception>
    public Task SetActiveAsync(string name, CancellationToken cancellationToken = default) => ChangeStoreAsync(
        name,
        (document, _) =>
        {
            document.Active = name;
            return true;
        },
        cancellationToken);

    /// <summary>Opens a registered store.</summary>
    /// <param name="name">The name of the store, or null for the active store.</param>
    /// <param name="options">Options for opening the store. Optional.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the store is not registered, no store is active, or its options
    /// are not valid.</exception>
    public async ValueTask<ArtifactStore> OpenStoreAsync(string? name = null, ArtifactStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        var store = Read().Find(name);
        var values = await ResolveOptionsAsync(store, null, cancellationToken).ConfigureAwait(false);
        var provider = await Flavors.GetProviderAsync(store.Flavor, cancellationToken).ConfigureAwait(false);
        return await ArtifactStore.OpenAsync(provider, store.Root, values, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the option values of a store for its provider, with all secrets resolved.</summary>
    /// <param name="store">The store.</param>
    /// <param name="secret">Receives the value of each secret, for example to redact it from output. Optional.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the flavor is unknown, an option is not valid, or a secret cannot
    /// be read.</exception>
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
        new StoreFault(StoreErrorCode.AlreadyExists, $"a store '{name}' is already registered") { Advice = "Change it with 'cairn store update', or choose another name." });

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
                new StoreFault(StoreErrorCode.InvalidConfiguration, $"{_file.FullName} contains an invalid root for store '{ErrorText.Escape(store.Name)}': {e.Message.TrimEnd('.')}") { Advice = "Correct the file, or remove the store." }, e);
        }
    }

    /// <summary>
    /// Returns the text of a root. A root inside the folder of the workspace is written relative to it, so it remains valid if the project is moved.
    /// </summary>
    private string RootText(StoreUri root)
    {
        var folder = StoreUri.FromLocalPath(Folder);
        return root.IsUnder(folder) ? RelativeRoot + root.Path.RelativeTo(folder.Path).Value : root.ToString();
    }
}
