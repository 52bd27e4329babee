using Cairn.Errors;

namespace Cairn.Plugins;

/// <summary>Creates the errors for refused plugins in one place, so their messages are consistent.</summary>
internal static class PluginErrors
{
    private const string PluginAdvice = "List them with 'cairn plugin list'.";

    public static StoreException BadManifest(string origin, string problem, Exception? inner = null) =>
        new(StoreErrorCode.InvalidConfiguration, $"{origin} is not a valid plugin manifest: {problem}", inner);

    public static StoreException BadPackage(string origin, string problem, Exception? inner = null) => new(
        new StoreFault(StoreErrorCode.InvalidConfiguration, $"{origin} was refused as a plugin: {problem}") { Advice = "Nothing was added." }, inner);

    public static StoreException NoSuchPlugin(string name, string where, IEnumerable<string> known) =>
        new(new StoreFault(StoreErrorCode.NotFound, $"the plugin '{ErrorText.Escape(name)}' was not found in {where}; available: {ErrorText.List(known)}") { Advice = PluginAdvice });

    public static StoreException AlreadyThere(string name, string version, string folder) => new(
        new StoreFault(StoreErrorCode.AlreadyExists, $"plugin '{name}' {version} already exists in {folder}") { Advice = "Add it with --replace to replace it, or remove it first." });

    public static StoreFault NotPinned(InstalledPlugin plugin) => new(
        StoreErrorCode.PermissionDenied, $"plugin '{plugin.Name}' in {plugin.Folder} was never added: its files have no pins")
    {
        Advice = $"It was not loaded. If you put it there, accept it with '{Command("trust", plugin)}'; otherwise, remove it with '{Command("remove", plugin)}'.",
    };

    public static StoreFault NotTrusted(InstalledPlugin plugin) => new(
        StoreErrorCode.PermissionDenied, $"plugin '{plugin.Name}' {plugin.Version} ({plugin.Folder}) is part of the workspace, and you have not accepted it on this machine")
    {
        Advice = $"It was not loaded, because its code would run with your permissions. Inspect it with '{Command("show", plugin)}', then accept it with '{Command("trust", plugin)}'.",
    };

    public static StoreFault DoesNotMatch(InstalledPlugin plugin, PluginCheck check) => new(
        StoreErrorCode.IntegrityFailure, $"plugin '{plugin.Name}' {plugin.Version} ({plugin.Folder}) does not match its pins: {check}")
    {
        Advice = plugin.Scope == PluginScope.Bundled
            ? "It was not loaded. It is part of the program: reinstall the program."
            : $"It was not loaded. If you made this change, accept it with '{Command("trust", plugin)}'; otherwise, remove it with '{Command("remove", plugin)}' and add it again.",
    };

    public static StoreFault WrongAbstractions(string plugin, string version, AbstractionsRange range) => new(
        StoreErrorCode.InvalidConfiguration, $"plugin '{plugin}' {version} requires Cairn.Abstractions {range}, but this program has {AbstractionsRange.Current}")
    {
        Advice = AbstractionsRange.Current < range.Lowest
            ? "Use a newer version of Cairn, or an older version of the plugin."
            : "Use a newer version of the plugin, built for this version of Cairn, or an older version of Cairn.",
    };

    public static StoreFault FlavorClash(string flavor, IReadOnlyList<InstalledPlugin> plugins) => Clash($"the flavor '{flavor}'", plugins);

    public static StoreFault SchemeClash(string scheme, IReadOnlyList<InstalledPlugin> plugins) => Clash($"the scheme '{scheme}://'", plugins);

    public static StoreFault MaterializerClash(string id, IReadOnlyList<InstalledPlugin> plugins) => Clash($"the materializer '{id}'", plugins);

    public static StoreFault BuiltIn(InstalledPlugin plugin, string what, string flavor) => new(
        StoreErrorCode.InvalidConfiguration, $"plugin '{plugin.Name}' {plugin.Version} declares {what}, which belongs to the built-in flavor '{flavor}'")
    {
        Advice = $"A built-in flavor cannot be replaced. Remove the plugin with '{Command("remove", plugin)}'.",
    };

    public static StoreException MissingDependency(string plugin, string version, string missing, Exception? inner = null) => new(MissingDependencyFault(plugin, version, missing), inner);

    public static StoreFault MissingDependencyFault(string plugin, string version, string missing) => new(
        StoreErrorCode.InvalidConfiguration, $"plugin '{plugin}' {version} requires {missing}, which is not in its folder")
    {
        Advice = "A plugin must contain its dependencies, because it cannot use those of the program. Ask its author for a complete build (<CairnPlugin>true</CairnPlugin> creates one), and add that.",
    };

    public static StoreException BadAssembly(InstalledPlugin plugin, string problem, Exception? inner = null) =>
        new(StoreErrorCode.InvalidConfiguration, $"plugin '{plugin.Name}' {plugin.Version} ({plugin.Folder}) cannot be used: {problem}", inner);

    public static string Command(string verb, InstalledPlugin plugin) => $"cairn plugin {verb} {plugin.Name}{(plugin.Scope == PluginScope.User ? " --user" : "")}";

    private static StoreFault Clash(string what, IReadOnlyList<InstalledPlugin> plugins) => new(
        StoreErrorCode.InvalidConfiguration,
        $"{what} is declared by {string.Join(" and ", plugins.Select(p => $"plugin '{p.Name}' {p.Version} ({Where(p.Scope)})"))}, and no plugin is preferred")
    {
        Advice = $"Choose one with {string.Join(" or ", plugins.Select(p => $"'cairn plugin prefer {p.Name}'"))}, or remove one.",
    };

    private static string Where(PluginScope scope) =>
        scope switch { PluginScope.Bundled => "bundled", PluginScope.User => "the user's", PluginScope.Development => "under development", _ => "the workspace's" };
}
