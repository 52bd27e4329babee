using System.Diagnostics;
using Cairn.Flows;
using Cairn.Tests.Workspaces;

namespace Flows.Tests.Engine;

public sealed class CodeVersionTests
{
    [Fact]
    public void The_version_of_a_working_tree_is_its_commit_and_changes_are_refused_unless_allowed()
    {
        using var folder = new TempFolder();
        (Should.Throw<InvalidOperationException>(() => CodeVersion.OfGit(folder.Path))).Message.ShouldContain("git rev-parse failed");
        Git("init", "-q");
        File.WriteAllText(Path.Join(folder.Path, "a.cs"), "1");
        File.WriteAllText(Path.Join(folder.Path, ".gitignore"), "bin/\n");
        Git("add", ".");
        Git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "a");
        var clean = CodeVersion.OfGit(folder.Path);
        clean.ShouldMatch("^git:[0-9a-f]{40,64}$");
        CodeVersion.OfGit(folder.Path, allowChanges: true).ShouldBe(clean);

        HashSet<string> versions = [clean];
        Changed("a.cs", "2");
        Changed("a.cs", "3");
        Changed("new.cs", "1");
        Changed("new.cs", "2");
        Changed("ünlike.cs", "2");
        // What is ignored is not code.
        Directory.CreateDirectory(Path.Join(folder.Path, "bin"));
        File.WriteAllText(Path.Join(folder.Path, "bin", "a.dll"), "x");
        versions.ShouldContain(CodeVersion.OfGit(Path.Join(folder.Path, "bin"), allowChanges: true));

        void Changed(string file, string text)
        {
            File.WriteAllText(Path.Join(folder.Path, file), text);
            Should.Throw<InvalidOperationException>(() => CodeVersion.OfGit(folder.Path)).Message.ShouldContain("has changes");
            var version = CodeVersion.OfGit(folder.Path, allowChanges: true);
            version.ShouldStartWith(clean + "+");
            versions.Add(version).ShouldBeTrue(file);
            CodeVersion.OfGit(folder.Path, allowChanges: true).ShouldBe(version);
        }

        void Git(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder.Path })!;
            process.WaitForExit();
            process.ExitCode.ShouldBe(0);
        }
    }
}
