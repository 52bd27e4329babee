namespace Cairn.Plugins;

/// <summary>Translates errors of the assembly loader, which can occur anywhere in a plugin's code, to errors that name the plugin.</summary>
internal static class PluginFailures
{
    /// <summary>Returns an error with advice, or null if the exception is not about loading code.</summary>
    public static StoreException? Translate(InstalledPlugin plugin, Exception exception) =>
        Find(plugin, exception) is { } fault ? new StoreException(fault, exception) : null;

    /// <summary>Returns the fault for an exception about loading code; null for other exceptions.</summary>
    public static StoreFault? Find(InstalledPlugin plugin, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is StoreException { Code: StoreErrorCode.IntegrityFailure } refused)
                return new(refused.Code, refused.Reason) { Advice = refused.Advice };
            if (e is MissingAssemblyException missing)
                return missing.Fault;
            if (e is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal))
                return PluginErrors.MissingDependencyFault(plugin.Name, plugin.Version, $"{name.Split(',')[0]}.dll ({name})");
            if (e is DllNotFoundException native)
                return PluginErrors.MissingDependencyFault(plugin.Name, plugin.Version, $"a native library ({FirstLine(native.Message)})");
            if (e is BadImageFormatException or MissingMethodException or MissingFieldException or TypeLoadException)
                return new(StoreErrorCode.InvalidConfiguration, $"plugin '{plugin.Name}' {plugin.Version} is not compatible with the assemblies of this program: {FirstLine(e.Message)}");
        }
        return null;
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim().TrimEnd('.');
}
