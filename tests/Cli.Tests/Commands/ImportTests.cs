using System.Security.Cryptography;
using Cairn.Cli.Commands;
using Cairn.Materializers;

namespace Cairn.Cli.Tests.Commands;

/// <summary><c>save FOLDER --as ID</c>: what a materializer of several files gets to read.</summary>
public sealed class ImportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_materializer_reads_the_files_of_a_folder_at_every_depth()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("in/model.bin", "model");
        box.File("in/weights/w1", "one");
        box.File("in/weights/w0", "zero");
        Directory.CreateDirectory(box["in/empty"]);
        File.CreateSymbolicLink(box["in/link"], "model.bin");
        await using var reader = new ImportReader("several", new Several());
        await reader.FillFromFolderAsync(box["in"], Cancel);
        reader.Files.Select(static f => (f.Name.Value, f.Length)).ShouldBe([("link", 5), ("model.bin", 5), ("weights/w0", 4), ("weights/w1", 3)]);
        reader.Files[2].Digest.Hex.ShouldBe(Convert.ToHexStringLower(SHA256.HashData("zero"u8)));
        foreach (var (name, text) in new[] { ("link", "model"), ("weights/w1", "one") })
        {
            using var content = new StreamReader(await reader.OpenAsync(name, Cancel));
            (await content.ReadToEndAsync(Cancel)).ShouldBe(text);
            (await File.ReadAllTextAsync(await reader.GetLocalFileAsync(name, Cancel), Cancel)).ShouldBe(text);
        }
        await Should.ThrowAsync<MaterializationException>(async () => await reader.OpenAsync("absent", Cancel));
    }

    [Fact]
    public async Task A_folder_is_read_as_a_format_and_what_is_neither_file_nor_folder_is_refused_by_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links, pipes and names that are not text.");
        using var box = await Sandbox.CreateAsync();
        box.File("in/value.json", "{ \"b\" : 1 }");
        var saved = (await box.RunAsync("save", box["in"], "--as", "json")).Ok().Output.Trim();
        (await box.RunAsync("load", saved)).Ok().Output.ShouldBe("{\"b\":1}");
        (await box.RunAsync("save", box["in"], "--as", "nope")).Fails(2, "Unknown materializer 'nope'");
        box.File("outside/secret", "s");
        foreach (var (make, name, why) in new[]
        {
            ("ln -s ../../outside in/d/up", "d/up", "a symbolic link to a folder"), ("ln -s . in/d/loop", "d/loop", "a symbolic link to a folder"),
                ("ln -s nowhere in/d/broken", "d/broken", "does not exist"),
            ("mkfifo in/d/pipe", "d/pipe", "pipe"), ("touch in/d/$'\\xff'", "d/", "no path can hold"),
        })
        {
            (await box.BashAsync($"mkdir -p in/d && {make}")).Ok();
            foreach (var id in new[] { "json", "files" })
            {
                var refused = (await box.RunAsync("save", box["in"], "--as", id)).Fails(1, $"'{name}");
                refused.Error.ShouldContain(why);
            }
            (await box.BashAsync("rm -r in/d")).Ok();
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_fails_and_nothing_is_saved()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Another user is needed, whom a file can be closed to.");
        using var box = await Sandbox.CreateAsync();
        box.File("in/value.json", "1");
        (await box.BashAsync("chmod -R a+rwX . && chmod 600 in/value.json")).Ok();
        var denied = await box.BashAsync($"setpriv --reuid=65534 --regid=65534 --clear-groups dotnet '{Sandbox.Command}' save in --as json; exit $?");
        denied.Fails(1, "value.json");
        (await box.RunAsync("verify", "--all")).Fails(1, "NotFound");
    }

    /// <summary>A format of several files.</summary>
    private sealed class Several : Materializer
    {
        public override string Id => "several";

        public override string MediaType => "application/octet-stream";

        public override string Description => "several files";

        public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<string[]>()];

        public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
