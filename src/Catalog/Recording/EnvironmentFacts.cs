using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Cairn.Catalog.Recording;

/// <summary>What is recorded about the environment of a run: an allow-list. Variables of the environment are recorded only by name.</summary>
internal static class EnvironmentFacts
{
    private const string CommitLine = "# branch.oid ";

    public static JsonObject Collect(IReadOnlyList<string> variables)
    {
        var facts = new JsonObject
        {
            ["framework"] = RuntimeInformation.FrameworkDescription,
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["processors"] = Environment.ProcessorCount,
            ["memory"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
        if (Assembly.GetEntryAssembly() is { } program)
        {
            facts["program"] = program.GetName().Name;
            facts["version"] = program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? program.GetName().Version?.ToString();
        }
        if (variables.Count > 0)
            facts["variables"] = new JsonObject(variables.Distinct(StringComparer.Ordinal).Select(v => KeyValuePair.Create<string, JsonNode?>(v, Environment.GetEnvironmentVariable(v))));
        return facts;
    }

    /// <summary>The commit of the working tree that contains the current folder, and whether it has changes.</summary>
    /// <returns>The facts; null if the folder is in no working tree, or git is not installed.</returns>
    public static async Task<JsonObject?> FindGitAsync(CancellationToken cancellationToken)
    {
        if (await RunGitAsync("status --porcelain=v2 --branch --no-ahead-behind --untracked-files=no", cancellationToken).ConfigureAwait(false) is not { } status)
            return null;
        var lines = status.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // A repository without a commit says "(initial)".
        if (Array.Find(lines, l => l.StartsWith(CommitLine, StringComparison.Ordinal))?[CommitLine.Length..] is not { } commit || commit.StartsWith('('))
            return null;
        return new() { ["commit"] = commit, ["dirty"] = Array.Exists(lines, l => !l.StartsWith('#')) };
    }

    private static async Task<string?> RunGitAsync(string arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no git.
            return null;
        }
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await Task.WhenAll(output, errors, process.WaitForExitAsync(cancellationToken)).ConfigureAwait(false);
        return process.ExitCode == 0 ? (await output.ConfigureAwait(false)).Trim() : null;
    }
}
