using System.Text;
using Cairn.Flavors;
using Cairn.Providers;
using Cairn.Providers.Local;

namespace Cairn.Cli.Tests;

/// <summary>Which addresses a copy writes without waiting for the device.</summary>
public sealed class DurabilityTests
{
    [Theory]
    [InlineData("plain/path", true, true)]
    [InlineData("file://{0}/kept", true, false)]
    [InlineData("kept:x", true, false)]
    [InlineData("plain/path", false, false)]
    [InlineData("kept:x", false, false)]
    public async Task Only_a_plain_local_path_of_a_copy_is_written_without_flushes(string address, bool isCopy, bool isQuick)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("store", "register", "kept", "--root", box["kept"])).Ok();
        var provider = new RecordingProvider();
        var flavors = new FlavorRegistry().Add("local", ["file"], static () => FlavorDescriptor.Of(typeof(LocalProvider)), _ => ValueTask.FromResult<IStoreProvider>(provider));
        await using var session = new Session(new CommandOutput(Stream.Null), TextWriter.Null, box.Folder, verbose: false, flavors);
        var parsed = Address.Parse(string.Format(null, CompositeFormat.Parse(address), box.Folder));

        _ = isCopy ? await session.OpenForCopyAsync(parsed, default) : await session.OpenAsync(parsed, default);

        var options = provider.Opened.ShouldHaveSingleItem();
        options.GetValueOrDefault("durability").ShouldBe(isQuick ? "none" : null);
    }

    private sealed class RecordingProvider : IStoreProvider
    {
        public List<IReadOnlyDictionary<string, string>> Opened { get; } = [];

        public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
        {
            Opened.Add(context.Options);
            return new LocalProvider().OpenAsync(context, cancellationToken);
        }
    }
}
