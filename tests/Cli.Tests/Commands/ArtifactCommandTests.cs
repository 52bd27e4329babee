using System.Text;

namespace Cairn.Cli.Tests.Commands;

public sealed class ArtifactCommandTests
{
    [Fact]
    public async Task A_file_is_saved_shown_verified_and_loaded()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", "hello");
        var digest = (await sandbox.RunAsync("save", sandbox["a.txt"])).Ok().Output.Trim();
        digest.ShouldStartWith("sha256:");
        (await sandbox.RunAsync("save", sandbox["a.txt"])).Ok().Output.Trim().ShouldBe(digest);
        (await sandbox.RunAsync("load", digest)).Ok().Output.ShouldBe("hello");
        (await sandbox.RunAsync("load", digest, "-o", sandbox["out"] + "/")).Ok();
        File.ReadAllText(sandbox["out/a.txt"]).ShouldBe("hello");
        var shown = (await sandbox.RunAsync("show", digest)).Ok().Output;
        shown.ShouldContain(digest);
        shown.ShouldContain("files 1");
        var json = (await sandbox.RunAsync("show", digest, "--json")).Ok().Json.Single();
        json.GetProperty("files")[0].GetProperty("name").GetString().ShouldBe("a.txt");
        (await sandbox.RunAsync("verify", digest)).Ok();
        (await sandbox.RunAsync("verify", "--all")).Ok().Output.ShouldContain("0 are damaged");
    }

    [Fact]
    public async Task A_folder_comes_back_and_damage_is_listed_with_exit_code_1()
    {
        using var sandbox = await Sandbox.CreateAsync();
        var content = new string('x', 5000);
        sandbox.File("in/one.txt", content);
        sandbox.File("in/sub/two.txt", "2");
        var saved = (await sandbox.RunAsync("save", sandbox["in"], "--store", sandbox["store"])).Ok().Output.Trim();
        (await sandbox.RunAsync("load", saved, "-o", sandbox["out"], "--store", sandbox["store"])).Ok();
        File.ReadAllText(sandbox["out/sub/two.txt"]).ShouldBe("2");
        var blob = Directory.GetFiles(sandbox["store/artifacts/blobs/sha256"]).Single(f => new FileInfo(f).Length == 5000);
        File.WriteAllText(blob, content[..^1] + "y");
        foreach (string[] what in new string[][] { ["--all"], [saved] })
        {
            var checked_ = await sandbox.RunAsync(["verify", .. what, "--store", sandbox["store"]]);
            checked_.Code.ShouldBe(1);
            checked_.Output.ShouldContain(Path.GetFileName(blob));
        }
        var load = await sandbox.RunAsync("load", saved, "-o", sandbox["again"], "--store", sandbox["store"]);
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
        var json1 = (await sandbox.RunAsync("save", sandbox["a.json"], "--as", "json")).Ok().Output.Trim();
        (await sandbox.RunAsync("load", json1)).Ok().Output.ShouldBe("{\"b\":1}");
        (await sandbox.RunAsync("show", json1)).Ok().Output.ShouldContain("json 1");
        sandbox.File("a.jsonl", "{\"a\":1}\n{\"a\":2}\n");
        var lines = (await sandbox.RunAsync("save", sandbox["a.jsonl"], "--as", "jsonl")).Ok().Output.Trim();
        (await sandbox.RunAsync("show", lines, "--json")).Ok().Json.Single().GetProperty("facts").GetProperty("rows").GetString().ShouldBe("2");
        sandbox.File("bad.json", "{");
        var bad = await sandbox.RunAsync("save", sandbox["bad.json"], "--as", "json");
        bad.Code.ShouldBe(1);
        bad.Error.ShouldContain("Cannot read the file as json");
        (await sandbox.RunAsync("save", sandbox["a.json"], "--as", "nope")).Code.ShouldBe(2);
        (await sandbox.RunAsync("save", sandbox["missing"])).Code.ShouldBe(2);
        (await sandbox.RunAsync("show", "missing")).Fails(1, "there is no catalog");
        (await sandbox.RunAsync("show", "sha256:12")).Fails(2, "not followed by 64 lower-case hexadecimal digits");
        (await sandbox.RunAsync("show", $"sha256:{new string('0', 64)}")).Fails(1, "NotFound");
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
        var digest = (await sandbox.RunAsync("save", sandbox["a.txt"])).Ok().Output;
        (await sandbox.RunAsync("oci", "export", digest.Trim(), sandbox["layout"], "--tag", "v1")).Ok().Output.ShouldBe(digest);
        (await sandbox.RunAsync("oci", "import", sandbox["layout"], "--store", sandbox["other"])).Ok().Output.ShouldBe(digest);
        (await sandbox.RunAsync("load", digest.Trim(), "--store", sandbox["other"])).Ok().Output.ShouldBe("hello");
        var absent = await sandbox.RunAsync("oci", "import", sandbox["layout"], "--tag", "v2");
        absent.Code.ShouldBe(1);
        absent.Error.ShouldContain("Its tags: v1.");
        (await sandbox.RunAsync("oci", "export", digest.Trim(), sandbox["layout"], "--tag", "no tag")).Code.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_file_in_chunks_looks_like_any_other()
    {
        using var sandbox = await Sandbox.CreateAsync();
        var bytes = new byte[3 << 20];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(sandbox["a.bin"], bytes);
        var digest = (await sandbox.RunAsync("save", sandbox["a.bin"], "--chunked", "true", "--store", sandbox["store"])).Ok().Output;
        (await sandbox.RunAsync("save", sandbox["a.bin"], "--chunked", "false", "--store", sandbox["whole"])).Ok().Output.ShouldBe(digest);
        Directory.GetFiles(sandbox["store/artifacts/packs"]).Length.ShouldBe(2);
        Directory.Exists(sandbox["whole/artifacts/packs"]).ShouldBeFalse();
        (await sandbox.RunAsync("load", digest.Trim(), "-o", sandbox["out"] + "/", "--store", sandbox["store"])).Ok();
        File.ReadAllBytes(sandbox["out/a.bin"]).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        (await sandbox.RunAsync("verify", "--all", "--store", sandbox["store"])).Ok().Output.ShouldContain("4 blobs");
        (await sandbox.RunAsync("save", sandbox["a.bin"], "--chunked", "maybe")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_killed_save_staged_is_cleaned_in_a_store_of_artifacts_only()
    {
        using var sandbox = await Sandbox.CreateAsync();
        (await sandbox.RunAsync("store", "register", "work", "--root", sandbox["work"])).Ok();
        var left = $"work/artifacts/staging/{Guid.NewGuid():N}";
        sandbox.File(left, "left");
        (await sandbox.RunAsync("store", "clean", "work", "--older-than", "0s")).Ok().Output.ShouldBe("Removed 0 interrupted uploads.\n");
        sandbox.File("a.txt", "x");
        (await sandbox.RunAsync("save", sandbox["a.txt"], "--store", "work:")).Ok();
        (await sandbox.RunAsync("store", "clean", "work")).Ok().Output.ShouldBe("Removed 0 interrupted uploads.\n");
        (await sandbox.RunAsync("store", "clean", "work", "--older-than", "0s", "--dry-run")).Ok().Output.ShouldContain("artifacts/staging/");
        File.Exists(sandbox[left]).ShouldBeTrue();
        (await sandbox.RunAsync("store", "clean", "work", "--older-than", "0s", "--json")).Ok().Json.Single().GetProperty("removed").GetBoolean().ShouldBeTrue();
        File.Exists(sandbox[left]).ShouldBeFalse();
    }

    [Fact]
    public async Task Standard_input_is_saved()
    {
        using var sandbox = await Sandbox.CreateAsync();
        var digest = (await sandbox.ProcessAsync(["save", "-"], input: "from a pipe")).Ok().Output.Trim();
        (await sandbox.RunAsync("load", digest)).Ok().Output.ShouldBe("from a pipe");
    }

    [Fact]
    public async Task The_format_follows_the_name_and_the_content_and_the_bytes_stay()
    {
        using var sandbox = await Sandbox.CreateAsync();
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }".PadRight(117) + "\n";
        byte[] npy = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[16]];
        File.WriteAllBytes(sandbox["x.npy"], npy);
        var array = (await sandbox.RunAsync("save", sandbox["x.npy"])).Ok().Output.Trim();
        var shown = (await sandbox.RunAsync("show", array)).Ok().Output;
        shown.ShouldContain("npy 1");
        shown.ShouldContain("dtype         f8");
        shown.ShouldContain("shape         2,1");
        (await sandbox.RunAsync("load", array, "-o", sandbox["y.npy"])).Ok();
        File.ReadAllBytes(sandbox["y.npy"]).ShouldBe(npy);

        sandbox.File("a.json", "{ \"b\" : 1 }");
        var json1 = (await sandbox.RunAsync("save", sandbox["a.json"])).Ok().Output.Trim();
        (await sandbox.RunAsync("load", json1)).Ok().Output.ShouldBe("{ \"b\" : 1 }");
        (await sandbox.RunAsync("show", json1)).Ok().Output.ShouldContain("json 1");
        sandbox.File("a.jsonl", "{\"b\":1}\n{\"b\":2}\n");
        var lines = (await sandbox.RunAsync("save", sandbox["a.jsonl"])).Ok().Output.Trim();
        (await sandbox.RunAsync("show", lines)).Ok().Output.ShouldContain("jsonl 1");

        File.WriteAllBytes(sandbox["bad.npy"], npy[..^1]);
        var bad = await sandbox.RunAsync("save", sandbox["bad.npy"]);
        bad.Code.ShouldBe(0);
        bad.Error.ShouldContain("bad.npy' is saved as a plain file: its header announces 2 elements of f8, and 15 bytes follow.");
        (await sandbox.RunAsync("show", bad.Output.Trim())).Ok().Output.ShouldContain("files 1");
        var opaque = (await sandbox.RunAsync("save", sandbox["x.npy"], "--as", "files")).Ok().Output.Trim();
        (await sandbox.RunAsync("show", opaque)).Ok().Output.ShouldContain("files 1");
    }

    [Fact]
    public async Task A_picture_shows_its_size_and_gives_its_preview()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("c.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'/>");
        var picture = (await sandbox.RunAsync("save", sandbox["c.svg"])).Ok().Output.Trim();
        var shown = (await sandbox.RunAsync("show", picture)).Ok().Output;
        shown.ShouldContain("width         40");
        shown.ShouldContain("picture: image/svg+xml, 64 B");
        (await sandbox.RunAsync("show", picture, "--preview", sandbox["out.svg"])).Ok();
        File.ReadAllBytes(sandbox["out.svg"]).ShouldBe(File.ReadAllBytes(sandbox["c.svg"]));
        (await sandbox.RunAsync("show", picture, "--preview", sandbox["out.svg"])).Code.ShouldBe(2);
        (await sandbox.RunAsync("show", picture, "--preview", "-")).Ok().Output.ShouldStartWith("<svg");
    }

    [Fact]
    public async Task A_load_writes_the_path_that_it_was_given()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", "hello");
        var saved = (await sandbox.RunAsync("save", sandbox["a.txt"])).Ok().Output.Trim();
        (await sandbox.RunAsync("load", saved, "-o", sandbox["b.txt"])).Ok();
        File.ReadAllText(sandbox["b.txt"]).ShouldBe("hello");
        var again = await sandbox.RunAsync("load", saved, "-o", sandbox["b.txt"]);
        again.Code.ShouldBe(1);
        again.Error.ShouldContain("already exists");
        again.Error.ShouldContain("AlreadyExists");
        (await sandbox.RunAsync("load", saved, "-o", sandbox["new"] + "/")).Ok();
        File.ReadAllText(sandbox["new/a.txt"]).ShouldBe("hello");
        Directory.CreateDirectory(sandbox["there"]);
        (await sandbox.RunAsync("load", saved, "-o", sandbox["there"])).Ok();
        File.ReadAllText(sandbox["there/a.txt"]).ShouldBe("hello");
        sandbox.File("two/1", "1");
        sandbox.File("two/2", "2");
        var two = (await sandbox.RunAsync("save", sandbox["two"])).Ok().Output.Trim();
        var onto = await sandbox.RunAsync("load", two, "-o", sandbox["b.txt"]);
        onto.Code.ShouldBe(1);
        onto.Error.ShouldContain("AlreadyExists");
        File.ReadAllText(sandbox["b.txt"]).ShouldBe("hello");
    }

    [Fact]
    public async Task A_folder_keeps_its_empty_folders_and_nothing_comes_in_through_links()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("in/a.txt", "a");
        Directory.CreateDirectory(sandbox["in/empty/deep"]);
        File.CreateSymbolicLink(sandbox["in/link.txt"], "a.txt");
        var folder = (await sandbox.RunAsync("save", sandbox["in"])).Ok().Output.Trim();
        (await sandbox.RunAsync("load", folder, "-o", sandbox["out"])).Ok();
        Directory.EnumerateFileSystemEntries(sandbox["out/empty/deep"]).ShouldBeEmpty();
        Directory.Exists(sandbox["out/empty/deep"]).ShouldBeTrue();
        File.ReadAllText(sandbox["out/link.txt"]).ShouldBe("a");

        sandbox.File("outside/secret", "s");
        foreach (var (target, why) in new[] { ("../outside", "a symbolic link to a folder"), (".", "a symbolic link to a folder"), ("nowhere", "a symbolic link whose target does not exist"),
            ("in-link", "link") })
        {
            File.CreateSymbolicLink(sandbox["in/in-link"], target);
            var refused = await sandbox.RunAsync("save", sandbox["in"]);
            refused.Code.ShouldBe(1);
            refused.Error.ShouldContain("'in-link' cannot be saved: ");
            refused.Error.ShouldContain(why);
            File.Delete(sandbox["in/in-link"]);
        }
    }

    [Fact]
    public async Task A_registered_name_without_its_colon_is_refused_and_a_store_without_artifacts_is_not_whole()
    {
        using var sandbox = await Sandbox.CreateAsync();
        sandbox.File("a.txt", "hello");
        (await sandbox.RunAsync("store", "register", "box", "--flavor", "local", "--root", $"file://{sandbox["boxed"]}")).Ok();
        var refused = await sandbox.RunAsync("save", sandbox["a.txt"], "--store", "box");
        refused.Code.ShouldBe(2);
        refused.Error.ShouldContain("'box' is the name of a registered store. Write 'box:'");
        (await sandbox.RunAsync("save", sandbox["a.txt"], "--store", "box:")).Ok();
        var nowhere = await sandbox.RunAsync("verify", "--all", "--store", sandbox["nosuch"]);
        nowhere.Code.ShouldBe(1);
        nowhere.Error.ShouldContain("NotFound");
    }
}
