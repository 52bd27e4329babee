using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Cairn.Streams;

namespace Cairn.Flows.Engine;

/// <summary>A working tree of git, read by the program git.</summary>
internal sealed class GitTree(string folder)
{
    public string Folder => folder;

    public string FindCommit() => Run("rev-parse", "HEAD").Trim();

    public bool HasChanges() => Run("status", "--porcelain").Length > 0;

    /// <summary>The SHA-256 of the changes of tracked files, and of the names and contents of untracked ones that are not ignored.</summary>
    public string DigestOfChanges()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Run("diff", "HEAD", "--binary", "--no-ext-diff", "--no-color")));
        var root = Run("rev-parse", "--show-toplevel").TrimEnd('\n', '\r');
        foreach (var file in Run("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/").Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\0{file}\0"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(Path.Join(root, file))));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"The version of the code in '{folder}' is unknown: git {arguments[0]} failed: {Synchronously.Wait(errors).Trim()}. Use {nameof(CodeVersion.OfAssembly)}, or a text.");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"The version of the code in '{folder}' is unknown: git could not be started: {e.Message}. Use {nameof(CodeVersion.OfAssembly)}, or a text.", e);
        }
    }
}
