namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetDiffTests
{
    [Fact]
    public async Task Files_metadata_and_lines_of_text_are_compared()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("v1/same.txt", "same");
        box.File("v1/gone.txt", "gone");
        box.File("v1/changed.txt", "a\nb\nc\n");
        box.File("v2/same.txt", "same");
        box.File("v2/changed.txt", "a\nB\nc\nd\n");
        box.File("v2/new.bin", "new\0");
        (await box.AssetAsync("save", box["v1"], "--name", "d", "--meta", "auc=0.91", "--meta", "old=1", "--meta", "same=x")).Ok();
        (await box.AssetAsync("save", box["v2"], "--name", "d", "--meta", "auc=0.93", "--meta", "new=true", "--meta", "same=x")).Ok();
        var json = await box.JsonAsync("diff", "d:1", "d:2");
        (json.Text("from"), json.Text("to"), json.Is("equal")).ShouldBe(("d:1", "d:2", false));
        json.GetProperty("files").EnumerateArray().Select(f => (f.Text("name"), f.Text("change"))).ShouldBe([("changed.txt", "changed"), ("gone.txt", "removed"), ("new.bin", "added")]);
        json.GetProperty("files")[0].GetProperty("to").Number("length").ShouldBe(8);
        json.GetProperty("metadata").GetRawText().ShouldBe("""[{"key":"auc","from":0.91,"to":0.93},{"key":"new","to":true},{"key":"old","from":1}]""");
        var content = json.GetProperty("content").EnumerateArray().ShouldHaveSingleItem();
        content.Text("from").ShouldBe("changed.txt");
        content.Texts("lines").ShouldBe(["@@ -1,3 +1,4 @@", " a", "-b", "+B", " c", "+d"]);
        (await box.AssetAsync("diff", "d:1", "d:2")).Ok().Output.ShouldBe("""
            c  changed.txt  6 B → 8 B
            r  gone.txt     4 B → -
            a  new.bin      - → 4 B
            metadata  auc  0.91 → 0.93
            metadata  new  - → true
            metadata  old  1 → -
            --- changed.txt
            +++ changed.txt
            @@ -1,3 +1,4 @@
             a
            -b
            +B
             c
            +d

            """.ReplaceLineEndings("\n"));
        (await box.JsonAsync("diff", "d:1", "d:2", "--brief")).GetProperty("content").GetArrayLength().ShouldBe(0);
        (await box.AssetAsync("diff", "d:2", "d@latest")).Ok().Output.ShouldBe("d:2 and d:2 have equal files and metadata\n");
    }

    [Fact]
    public async Task Single_files_are_compared_whatever_their_names_and_assets_are()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.SaveAsync("one", "a\nb\n")).ShouldBe("one:1 new");
        (await box.SaveAsync("two", "a\nc\n")).ShouldBe("two:1 new");
        var content = (await box.JsonAsync("diff", "one", "two")).GetProperty("content").EnumerateArray().ShouldHaveSingleItem();
        (content.Text("from"), content.Text("to")).ShouldBe(("one.txt", "two.txt"));
        content.Texts("lines").ShouldBe(["@@ -1,2 +1,2 @@", " a", "-b", "+c"]);
    }

    [Fact]
    public async Task Of_a_binary_format_the_previews_are_compared()
    {
        using var box = await Sandbox.CreateAsync();
        foreach (var values in new double[][] { [1, 2, 3], [1, 2, 4], [1, 2, 3, 4] })
        {
            File.WriteAllBytes(box["n.npy"], Npy(values));
            (await box.AssetAsync("save", box["n.npy"], "--name", "n")).Ok();
        }
        (await box.JsonAsync("diff", "n:1", "n:2")).GetProperty("content").GetArrayLength().ShouldBe(0);
        var content = (await box.JsonAsync("diff", "n:2", "n:3")).GetProperty("content").EnumerateArray().ShouldHaveSingleItem();
        (content.Text("from"), content.Text("to"), content.Is("preview")).ShouldBe(("n:2", "n:3", true));
        content.Texts("lines").ShouldBe(["@@ -1,1 +1,1 @@", "-f8 (3)", "+f8 (4)"]);
    }

    [Fact]
    public async Task Content_that_is_not_text_or_is_long_is_compared_by_digest()
    {
        using var box = await Sandbox.CreateAsync();
        foreach (var (name, text) in new[] { ("binary", "\0"), ("long", new string('x', (1 << 20) + 1)), ("latin", "\xe9") })
        {
            File.WriteAllBytes(box["f"], System.Text.Encoding.Latin1.GetBytes(text + "1"));
            (await box.AssetAsync("save", box["f"], "--name", name)).Ok();
            File.WriteAllBytes(box["f"], System.Text.Encoding.Latin1.GetBytes(text + "2"));
            (await box.AssetAsync("save", box["f"], "--name", name)).Ok();
            var json = await box.JsonAsync("diff", $"{name}:1", $"{name}:2");
            json.GetProperty("content").GetArrayLength().ShouldBe(0, name);
            json.GetProperty("files").GetArrayLength().ShouldBe(1, name);
        }
    }

    [Fact]
    public async Task Versions_that_do_not_exist_are_told()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("diff", "m:1", "m:9")).Fails(1, "no version 9");
        (await box.AssetAsync("diff", "m:1", "x")).Fails(1, "no asset has the name 'x'");
        (await box.AssetAsync("diff", "m:1")).Code.ShouldBe(2);
        (await box.AssetAsync("diff", "m:1", $"sha256:{new string('0', 64)}")).Fails(2, "is the digest of an artifact");
    }

    private static byte[] Npy(double[] values)
    {
        var header = $"{{'descr': '<f8', 'fortran_order': False, 'shape': ({values.Length},), }}";
        header = header.PadRight(128 - 10 - 1) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. values.SelectMany(BitConverter.GetBytes)];
    }
}
