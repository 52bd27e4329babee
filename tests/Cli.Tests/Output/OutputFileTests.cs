namespace Cairn.Cli.Tests.Output;

public sealed class OutputFileTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it()
    {
        using var sandbox = await Sandbox.CreateAsync(init: false);
        var path = sandbox["chart.svg"];
        foreach (var replace in new[] { false, true })
        {
            await Should.ThrowAsync<InvalidDataException>(() => OutputFile.WriteAsync(path, replace, FailAsync, Cancel));
            Directory.EnumerateFileSystemEntries(sandbox.Folder).ShouldBeEmpty();
        }
        await OutputFile.WriteAsync(path, replace: false, stream => stream.WriteAsync("old"u8.ToArray(), Cancel).AsTask(), Cancel);
        await Should.ThrowAsync<InvalidDataException>(() => OutputFile.WriteAsync(path, replace: true, FailAsync, Cancel));
        (await Should.ThrowAsync<UsageException>(() => OutputFile.WriteAsync(path, replace: false, FailAsync, Cancel))).Message.ShouldContain("--replace");
        (await File.ReadAllTextAsync(path, Cancel)).ShouldBe("old");

        await OutputFile.WriteAsync(path, replace: true, stream => stream.WriteAsync("new"u8.ToArray(), Cancel).AsTask(), Cancel);
        (await File.ReadAllTextAsync(path, Cancel)).ShouldBe("new");
        Directory.EnumerateFileSystemEntries(sandbox.Folder).ShouldHaveSingleItem();

        static async Task FailAsync(Stream stream)
        {
            await stream.WriteAsync("half"u8.ToArray(), Cancel);
            throw new InvalidDataException("the table is bad");
        }
    }
}
