namespace Cairn.Cli.Tests.Commands;

public sealed class RepositoryGuardTests
{
    [Fact]
    public async Task Artifacts_are_in_one_folder_of_the_store_which_is_removed_and_moved_only_by_force()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", new string('x', 5000));
        (await sandbox.RunAsync("cp", sandbox["a.txt"], ":b.txt")).Ok();
        var digest = (await sandbox.RunAsync("save", sandbox["a.txt"], "--store", ":group/project")).Ok().Output.Trim();
        (await sandbox.RunAsync("ls", ":group/project")).Ok().Output.ShouldBe("artifacts/\n");
        var blob = $":group/project/artifacts/blobs/sha256/{digest["sha256:".Length..]}";

        foreach (var (address, why) in new[]
        {
            (":group/project/artifacts", "it is the folder of an artifact repository"),
            (":group/project", "it contains the artifact repository 'group/project/artifacts/'"),
            (":group/project/artifacts/blobs", "it belongs to the artifact repository in 'group/project/artifacts/'"),
            (":group/project/artifacts/cairn.json", "it belongs to the artifact repository in 'group/project/artifacts/'"),
            (blob, "it belongs to the artifact repository in 'group/project/artifacts/'"),
        })
        {
            var removed = (await sandbox.RunAsync("rm", "-r", address)).Fails(1, why);
            removed.Error.ShouldContain("Add -f to remove it nevertheless.");
            (await sandbox.RunAsync("mv", address, ":elsewhere")).Fails(1, why);
        }
        (await sandbox.RunAsync("verify", digest, "--store", ":group/project")).Ok();
        (await sandbox.RunAsync("ls", ":")).Ok().Output.ShouldNotContain("elsewhere");

        (await sandbox.RunAsync("mv", "-f", ":group/project/artifacts", ":group/project/old")).Ok();
        (await sandbox.RunAsync("rm", "-r", ":group/project/old")).Fails(1, "it is the folder of an artifact repository");
        (await sandbox.RunAsync("rm", "-rf", ":group/project/old")).Ok();
    }

    [Fact]
    public async Task Other_folders_of_that_name_and_files_beside_a_repository_are_removed_and_moved()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", "x");
        sandbox.File("cairn.json", "{}");
        (await sandbox.RunAsync("save", sandbox["a.txt"])).Ok();
        (await sandbox.RunAsync("cp", sandbox["a.txt"], sandbox["cairn.json"], ":build/artifacts/")).Ok();
        (await sandbox.RunAsync("cp", sandbox["a.txt"], ":c.txt")).Ok();
        (await sandbox.RunAsync("mv", ":build/artifacts/a.txt", ":b.txt")).Ok();
        (await sandbox.RunAsync("rm", ":b.txt", ":c.txt")).Ok();
        (await sandbox.RunAsync("rm", "-r", ":build")).Ok();
        (await sandbox.RunAsync("ls", ":")).Ok().Output.ShouldBe("artifacts/\n");
    }

    [Fact]
    public async Task A_synchronization_removes_from_a_repository_only_by_force()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("in/a.txt", "x");
        (await sandbox.RunAsync("save", sandbox["in/a.txt"])).Ok();
        var digest = (await sandbox.RunAsync("save", sandbox["in/a.txt"], "--store", ":below")).Ok().Output.Trim();
        foreach (var target in new[] { ":", ":below", ":artifacts", ":below/artifacts/blobs" })
        {
            (await sandbox.RunAsync("sync", "--delete", sandbox["in"], target)).Fails(1, "artifact repository").Error.ShouldContain("Add -f");
            (await sandbox.RunAsync("sync", "--delete-despite-failures", sandbox["in"], target)).Fails(1, "artifact repository");
        }
        (await sandbox.RunAsync("sync", "--delete", "--dry-run", sandbox["in"], ":below")).Code.ShouldBe(0);
        (await sandbox.RunAsync("sync", sandbox["in"], ":below")).Code.ShouldBe(0);
        (await sandbox.RunAsync("verify", digest, "--store", ":below")).Ok();
        (await sandbox.RunAsync("sync", "--delete", "-f", sandbox["in"], ":below")).Code.ShouldBe(0);
        (await sandbox.RunAsync("ls", "-r", ":below")).Ok().Output.ShouldBe("a.txt\n");
    }
}
