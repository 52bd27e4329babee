namespace Cairn.Cli.Tests.Commands;

public sealed class ArtifactCommandTests
{
    [Fact]
    public async Task A_file_is_saved_shown_verified_and_loaded()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", "hello");
        var digest = (await sandbox.RunAsync("save", sandbox["a.txt"], "--name", "greeting")).Ok().Output.Trim();
        digest.ShouldStartWith("sha256:");
        (await sandbox.RunAsync("save", sandbox["a.txt"])).Ok().Output.Trim().ShouldBe(digest);
        (await sandbox.RunAsync("load", "greeting")).Ok().Output.ShouldBe("hello");
        (await sandbox.RunAsync("load", digest, "-o", sandbox["out"])).Ok();
        File.ReadAllText(sandbox["out/a.txt"]).ShouldBe("hello");
        var shown = (await sandbox.RunAsync("show", "greeting")).Ok().Output;
        shown.ShouldContain(digest);
        shown.ShouldContain("files 1");
        var json = (await sandbox.RunAsync("show", "greeting", "--json")).Ok().Json.Single();
        json.GetProperty("files")[0].GetProperty("name").GetString().ShouldBe("a.txt");
        (await sandbox.RunAsync("verify", "greeting")).Ok();
        (await sandbox.RunAsync("verify", "--all")).Ok().Output.ShouldContain("0 are not");
    }

    [Fact]
    public async Task A_folder_comes_back_and_damage_is_listed_with_exit_code_1()
    {
        using var sandbox = await Sandbox.CreateAsync();
        var content = new string('x', 5000);
        sandbox.File("in/one.txt", content);
        sandbox.File("in/sub/two.txt", "2");
        (await sandbox.RunAsync("save", sandbox["in"], "--name", "folder", "--store", sandbox["artifacts"])).Ok();
        (await sandbox.RunAsync("load", "folder", "-o", sandbox["out"], "--store", sandbox["artifacts"])).Ok();
        File.ReadAllText(sandbox["out/sub/two.txt"]).ShouldBe("2");
        var blob = Directory.GetFiles(sandbox["artifacts/blobs/sha256"]).Single(f => new FileInfo(f).Length == 5000);
        File.WriteAllText(blob, content[..^1] + "y");
        foreach (string[] what in new string[][] { ["--all"], ["folder"] })
        {
            var checked_ = await sandbox.RunAsync(["verify", .. what, "--store", sandbox["artifacts"]]);
            checked_.Code.ShouldBe(1);
            checked_.Output.ShouldContain(Path.GetFileName(blob));
        }
        var load = await sandbox.RunAsync("load", "folder", "-o", sandbox["again"], "--store", sandbox["artifacts"]);
        load.Code.ShouldBe(1);
        load.Error.ShouldContain("IntegrityFailure");
        (await sandbox.RunAsync("verify")).Code.ShouldBe(2);
        (await sandbox.RunAsync("verify", "x", "--all")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_format_is_read_checked_and_saved_as_what_it_holds()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.json", "{ \"b\" : 1 }");
        (await sandbox.RunAsync("save", sandbox["a.json"], "--as", "json", "--name", "j")).Ok();
        (await sandbox.RunAsync("load", "j")).Ok().Output.ShouldBe("{\"b\":1}");
        (await sandbox.RunAsync("show", "j")).Ok().Output.ShouldContain("json 1");
        sandbox.File("a.jsonl", "{\"a\":1}\n{\"a\":2}\n");
        (await sandbox.RunAsync("save", sandbox["a.jsonl"], "--as", "jsonl", "--name", "l")).Ok();
        (await sandbox.RunAsync("show", "l", "--json")).Ok().Json.Single().GetProperty("facts").GetProperty("rows").GetString().ShouldBe("2");
        sandbox.File("bad.json", "{");
        var bad = await sandbox.RunAsync("save", sandbox["bad.json"], "--as", "json");
        bad.Code.ShouldBe(1);
        bad.Error.ShouldContain("Cannot read the file as json");
        (await sandbox.RunAsync("save", sandbox["a.json"], "--as", "nope")).Code.ShouldBe(2);
        (await sandbox.RunAsync("save", sandbox["missing"])).Code.ShouldBe(2);
        (await sandbox.RunAsync("show", "missing")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Materializers_are_listed_and_explained()
    {
        using var sandbox = await Sandbox.CreateAsync();
        (await sandbox.RunAsync("materializer", "list")).Ok().Output.ShouldContain("npy ");
        (await sandbox.RunAsync("materializer", "list", "--json")).Ok().Json.Select(m => m.GetProperty("id").GetString()).ShouldContain("jsonl");
        (await sandbox.RunAsync("materializer", "explain", "double[,]")).Ok().Output.ShouldContain("Double[,]: npy exactly (built in)");
        (await sandbox.RunAsync("materializer", "explain", "Nope")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task An_artifact_goes_to_an_image_layout_and_back()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", "hello");
        var digest = (await sandbox.RunAsync("save", sandbox["a.txt"], "--name", "greeting")).Ok().Output;
        (await sandbox.RunAsync("oci", "export", "greeting", sandbox["layout"], "--tag", "v1")).Ok().Output.ShouldBe(digest);
        (await sandbox.RunAsync("oci", "import", sandbox["layout"], "--name", "again", "--store", sandbox["other"])).Ok().Output.ShouldBe(digest);
        (await sandbox.RunAsync("load", "again", "--store", sandbox["other"])).Ok().Output.ShouldBe("hello");
        var absent = await sandbox.RunAsync("oci", "import", sandbox["layout"], "--tag", "v2");
        absent.Code.ShouldBe(1);
        absent.Error.ShouldContain("Its tags: v1.");
        (await sandbox.RunAsync("oci", "export", "greeting", sandbox["layout"], "--tag", "no tag")).Code.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_file_in_chunks_looks_like_any_other()
    {
        using var sandbox = await Sandbox.CreateAsync();
        var bytes = new byte[3 << 20];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(sandbox["a.bin"], bytes);
        var digest = (await sandbox.RunAsync("save", sandbox["a.bin"], "--chunked", "true", "--store", sandbox["artifacts"])).Ok().Output;
        (await sandbox.RunAsync("save", sandbox["a.bin"], "--chunked", "false", "--store", sandbox["whole"])).Ok().Output.ShouldBe(digest);
        Directory.GetFiles(sandbox["artifacts/packs"]).Length.ShouldBe(2);
        Directory.Exists(sandbox["whole/packs"]).ShouldBeFalse();
        (await sandbox.RunAsync("load", digest.Trim(), "-o", sandbox["out"], "--store", sandbox["artifacts"])).Ok();
        File.ReadAllBytes(sandbox["out/a.bin"]).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        (await sandbox.RunAsync("verify", "--all", "--store", sandbox["artifacts"])).Ok().Output.ShouldContain("4 blobs");
        (await sandbox.RunAsync("save", sandbox["a.bin"], "--chunked", "maybe")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_killed_save_staged_is_cleaned_in_a_store_of_artifacts_only()
    {
        using var sandbox = await Sandbox.CreateAsync();
        (await sandbox.RunAsync("store", "register", "work", "--root", sandbox["work"])).Ok();
        var left = $"work/staging/{Guid.NewGuid():N}";
        sandbox.File(left, "left");
        (await sandbox.RunAsync("store", "clean", "work", "--older-than", "0s")).Ok().Output.ShouldBe("Removed 0 left-over uploads.\n");
        sandbox.File("a.txt", "x");
        (await sandbox.RunAsync("save", sandbox["a.txt"], "--store", "work:")).Ok();
        (await sandbox.RunAsync("store", "clean", "work")).Ok().Output.ShouldBe("Removed 0 left-over uploads.\n");
        (await sandbox.RunAsync("store", "clean", "work", "--older-than", "0s", "--dry-run")).Ok().Output.ShouldContain("staging/");
        File.Exists(sandbox[left]).ShouldBeTrue();
        (await sandbox.RunAsync("store", "clean", "work", "--older-than", "0s", "--json")).Ok().Json.Single().GetProperty("removed").GetBoolean().ShouldBeTrue();
        File.Exists(sandbox[left]).ShouldBeFalse();
    }

    [Fact]
    public async Task Standard_input_is_saved()
    {
        using var sandbox = await Sandbox.CreateAsync();
        (await sandbox.ProcessAsync(["save", "-", "--name", "piped"], input: "from a pipe")).Ok();
        (await sandbox.RunAsync("load", "piped")).Ok().Output.ShouldBe("from a pipe");
    }
}
