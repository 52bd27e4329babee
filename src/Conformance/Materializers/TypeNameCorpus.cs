using System.Reflection;

namespace Cairn.Conformance;

/// <summary>
/// Type names that are known to cause code execution in other programs when they are read from stored text, and a monitor that detects whether one of them
/// is looked up, loaded or instantiated.
/// </summary>
internal sealed class TypeNameCorpus : IDisposable
{
    private static readonly string[] Known =
    [
        typeof(TrippedGadget).AssemblyQualifiedName!,
        $"System.Collections.Generic.List`1[[{typeof(TrippedGadget).AssemblyQualifiedName}]], System.Private.CoreLib",
        "System.Windows.Data.ObjectDataProvider, PresentationFramework, Version=4.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
        "System.Windows.ResourceDictionary, PresentationFramework",
        "System.Configuration.Install.AssemblyInstaller, System.Configuration.Install, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
        "System.Management.Automation.PSObject, System.Management.Automation",
        "System.Workflow.ComponentModel.Serialization.ActivitySurrogateSelector, System.Workflow.ComponentModel",
        "Microsoft.VisualStudio.Text.Formatting.TextFormattingRunProperties, Microsoft.PowerShell.Editor",
        "System.Web.Security.RolePrincipal, System.Web",
        "System.Drawing.Design.ToolboxItemContainer, System.Drawing.Design",
        "Microsoft.IdentityModel.Claims.WindowsClaimsIdentity, Microsoft.IdentityModel",
        "System.Activities.Presentation.WorkflowDesigner, System.Activities.Presentation",
        "System.Net.Mail.SmtpClient, System.Net.Mail",
        "System.IO.IsolatedStorage.IsolatedStorageFile, System.IO.IsolatedStorage",
        "Microsoft.VisualBasic.FileIO.FileSystem, Microsoft.VisualBasic.Core",
        "System.Diagnostics.Process, System.Diagnostics.Process, Version=10.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
        "System.Diagnostics.Process",
        "System.IO.FileInfo",
        "System.Data.DataSet, System.Data.Common",
        "System.Security.Principal.WindowsIdentity",
        "System.Exception",
        "!!python/object/apply:os.system",
        "javax.script.ScriptEngineManager",
    ];

    /// <summary>
    /// Assemblies that are needed only for such a name. Assemblies that the program itself has already loaded (FsCheck loads System.Net.Mail) prove nothing.
    /// </summary>
    private readonly HashSet<string> _foreign = [.. Known.Select(AssemblyOf).OfType<string>().Except(AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name!))
        .Except(["System.Diagnostics.Process", "System.Data.Common", "System.Net.Mail"])];
    private readonly List<string> _tripped = [];
    private readonly int _before = GadgetTrips.Count;

    public TypeNameCorpus()
    {
        AppDomain.CurrentDomain.AssemblyLoad += OnLoad;
        AppDomain.CurrentDomain.AssemblyResolve += OnResolve;
    }

    /// <summary>Gets the names.</summary>
    public static IReadOnlyList<string> Names => Known;

    /// <summary>Gets the assemblies of the corpus that were looked up or loaded, and the gadget if it was instantiated.</summary>
    public IReadOnlyList<string> Tripped
    {
        get
        {
            lock (_tripped)
                return GadgetTrips.Count == _before ? [.. _tripped] : [.. _tripped, nameof(TrippedGadget)];
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.AssemblyLoad -= OnLoad;
        AppDomain.CurrentDomain.AssemblyResolve -= OnResolve;
    }

    private static string? AssemblyOf(string name) => name.Contains('[', StringComparison.Ordinal) || name.Split(',', StringSplitOptions.TrimEntries) is not [_, var assembly, ..] ? null : assembly;

    private void OnLoad(object? sender, AssemblyLoadEventArgs args) => Note(args.LoadedAssembly.GetName());

    private Assembly? OnResolve(object? sender, ResolveEventArgs args)
    {
        Note(new AssemblyName(args.Name));
        return null;
    }

    private void Note(AssemblyName assembly)
    {
        if (!_foreign.Contains(assembly.Name!))
            return;
        lock (_tripped)
            _tripped.Add(assembly.Name!);
    }
}

/// <summary>The number of times that the gadget was used; in a separate class, so reading it does not initialize the gadget.</summary>
internal static class GadgetTrips
{
    private static int _count;

    public static int Count => Volatile.Read(ref _count);

    public static void Add() => Interlocked.Increment(ref _count);
}

/// <summary>Records its instantiation and the run of its initializer.</summary>
internal sealed class TrippedGadget
{
    static TrippedGadget() => GadgetTrips.Add();

    public TrippedGadget() => GadgetTrips.Add();

    public string Value
    {
        get => "";
        set => GadgetTrips.Add();
    }
}
