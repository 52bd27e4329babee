using Cairn.Flows.Engine;

namespace Cairn.Flows;

/// <summary>Versions of code.</summary>
public static class CodeVersion
{
    /// <summary>Returns the version of an assembly: the id of its module, which a deterministic build changes with any code in it.</summary>
    /// <typeparam name="T">A type of the assembly. Code that the step calls in other assemblies is not part of the version.</typeparam>
    public static string OfAssembly<T>() => $"mvid:{typeof(T).Module.ModuleVersionId}";

    /// <summary>Returns the version of a working tree of git: its commit.</summary>
    /// <param name="folder">A folder of the working tree. Default: the current folder of the process.</param>
    /// <param name="allowChanges">
    /// true to accept a working tree with changes: the version then has a digest of them, untracked files included that are not ignored. Default: false, since nobody can get such code again.
    /// </param>
    /// <returns>The version. Git runs as a separate process, so call this once.</returns>
    /// <exception cref="InvalidOperationException">The folder is in no working tree, git is not installed, or the working tree has changes.</exception>
    public static string OfGit(string? folder = null, bool allowChanges = false)
    {
        var tree = new GitTree(folder ?? Environment.CurrentDirectory);
        var commit = tree.FindCommit();
        if (!tree.HasChanges())
            return $"git:{commit}";
        return allowChanges
            ? $"git:{commit}+{tree.DigestOfChanges()}"
            : throw new InvalidOperationException($"The working tree of '{tree.Folder}' has changes, so its commit is not the version of its code. Commit them, or set {nameof(allowChanges)}.");
    }
}
