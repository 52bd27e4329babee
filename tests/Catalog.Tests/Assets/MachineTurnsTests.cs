using Cairn.Catalog.Assets;
using Cairn.Tests.Workspaces;

namespace Catalog.Tests.Assets;

public sealed class MachineTurnsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Guid _asset = Guid.CreateVersion7();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_lost_race_nobody_waits_and_nothing_is_written()
    {
        using var held = await EnterAsync();
        (await new MachineTurns(() => _folder["turns"]).TryEnterAsync(_asset, Cancel)).ShouldBeNull();
        (await new MachineTurns(() => _folder["other"]).TryEnterAsync(_asset, Cancel)).ShouldBeNull();
        Directory.Exists(_folder["other"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_next_turn_begins_when_the_one_before_ends_and_reads_its_note()
    {
        var first = await EnterAsync();
        first.ReadNewest().ShouldBe(0);
        first.Note(17);
        var waiting = EnterAsync();
        await Task.Delay(50, Cancel);
        waiting.IsCompleted.ShouldBeFalse();
        first.Dispose();
        using var second = await waiting;
        second.ReadNewest().ShouldBe(17);
    }

    [Fact]
    public async Task A_note_about_another_asset_of_the_same_file_is_not_read()
    {
        var bytes = _asset.ToByteArray();
        bytes[0] ^= 1;
        using (var turn = await EnterAsync())
            turn.Note(17);
        using (var turn = await EnterAsync(new Guid(bytes)))
            turn.ReadNewest().ShouldBe(0);
    }

    [Fact]
    public async Task Assets_of_different_files_do_not_wait_for_each_other()
    {
        using var turn = await EnterAsync();
        var bytes = _asset.ToByteArray();
        bytes[15] ^= 1;
        using var other = await EnterAsync(new Guid(bytes)).WaitAsync(MachineTurns.Patience / 2, Cancel);
    }

    [Fact]
    public async Task Who_waits_too_long_goes_on_without_a_turn_and_does_not_wait_again()
    {
        using var held = await EnterAsync();
        var turns = new MachineTurns(() => _folder["turns"]);
        turns.Lost(_asset);
        (await turns.TryEnterAsync(_asset, Cancel)).ShouldBeNull();
        held.Dispose();
        (await turns.TryEnterAsync(_asset, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Who_waits_goes_on_to_wait_while_others_append()
    {
        var held = await EnterAsync();
        var waiting = EnterAsync();
        for (var n = 1; n <= 6; n++)
        {
            await Task.Delay(MachineTurns.Patience / 4, Cancel);
            held.Note(n);
        }
        held.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_gives_no_turns()
    {
        await File.WriteAllTextAsync(_folder["file"], "", Cancel);
        var turns = new MachineTurns(() => Path.Join(_folder["file"], "turns"));
        turns.Lost(_asset);
        (await turns.TryEnterAsync(_asset, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task After_some_turns_none_is_waited_for_until_a_race_is_lost()
    {
        var turns = new MachineTurns(() => _folder["turns"]);
        turns.Lost(_asset);
        var taken = 0;
        while (await turns.TryEnterAsync(_asset, Cancel) is { } turn)
        {
            turn.Dispose();
            taken++;
        }
        taken.ShouldBe(64);
    }

    private async Task<MachineTurn> EnterAsync(Guid? asset = null)
    {
        var turns = new MachineTurns(() => _folder["turns"]);
        turns.Lost(asset ?? _asset);
        return (await turns.TryEnterAsync(asset ?? _asset, Cancel)).ShouldNotBeNull();
    }
}
