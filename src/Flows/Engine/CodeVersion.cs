namespace Cairn.Flows;

/// <summary>Versions of code.</summary>
public static class CodeVersion
{
    /// <summary>Returns the version of an assembly: the id of its module, which a deterministic build changes with any code in it.</summary>
    /// <typeparam name="T">A type of the assembly. Code that the step calls in other assemblies is not part of the version.</typeparam>
    public static string OfAssembly<T>() => $"mvid:{typeof(T).Module.ModuleVersionId}";
}
