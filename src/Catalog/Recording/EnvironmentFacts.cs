using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Cairn.Catalog.Recording;

/// <summary>What is recorded about the environment of a run: an allow-list. Variables of the environment are recorded only by name.</summary>
internal static class EnvironmentFacts
{
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
        if (await RunGitAsync("rev-parse HEAD", cancellationToken).ConfigureAwait(false) is not { Length: > 0 } commit)
            return null;
        var changes = await RunGitAsync("status --porcelain --untracked-files=no", cancellationToken).ConfigureAwait(false);
        return new() { ["commit"] = commit, ["dirty"] = changes is null ? null : changes.Length > 0 };
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
