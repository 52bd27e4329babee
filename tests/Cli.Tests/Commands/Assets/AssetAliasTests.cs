namespace Cairn.Cli.Tests.Commands.Assets;

public sealed class AssetAliasTests
{
    [Fact]
    public async Task Aliases_are_listed_shown_moved_and_removed()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("alias", "m")).Ok().Lines.ShouldBe(["1.0         2 (fixed)", "candidate   3", "production  1 (protected)"]);
        var listed = (await box.AssetAsync("alias", "m", "--json")).Ok().Json;
        listed.Select(a => (a.Text("alias"), a.Number("version"), a.Is("fixed"), a.Is("protected"))).ShouldBe([("1.0", 2, true, false), ("candidate", 3, false, false), ("production", 1, false, true)]);
        (await box.AssetAsync("alias", "m", "candidate")).Ok().Output.ShouldBe("m:3\n");
        (await box.AssetAsync("alias", "m", "candidate", "2")).Ok().Output.ShouldBe("m@candidate 3 → 2\n");
        (await box.AssetAsync("alias", "m", "candidate", "2")).Ok().Output.ShouldBe("m@candidate 2 unchanged\n");
        (await box.AssetAsync("alias", "m", "candidate", "latest")).Ok().Output.ShouldBe("m@candidate 2 → 3\n");
        (await box.AssetAsync("alias", "m", "candidate", "--remove")).Ok().Output.ShouldBe("m@candidate 3 → -\n");
        (await box.AssetAsync("alias", "m", "candidate")).Fails(1, "the asset has no alias 'candidate'; it has 1.0, production");
        (await box.AssetAsync("alias", "m", "never", "--remove")).Ok().Output.ShouldBe("m@never no version unchanged\n");
        var moved = await box.JsonAsync("alias", "m", "production", "3", "--from", "1", "--why", "AUC +0.04", "--user", "u:ada");
        (moved.Number("from"), moved.Number("to"), moved.Text("by"), moved.Text("why"), moved.Is("changed")).ShouldBe((1, 3, "u:ada", "AUC +0.04", true));
    }

    [Fact]
    public async Task A_move_that_expects_the_alias_elsewhere_tells_who_moved_it()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("alias", "m", "candidate", "2", "--user", "u:grace")).Ok();
        (await box.AssetAsync("alias", "m", "candidate", "1", "--from", "3")).Fails(1, "the alias 'candidate' is at version 2 and not at version 3; u:grace put it there at ");
        (await box.AssetAsync("alias", "m", "candidate", "1", "--from", "none")).Fails(1, "no longer absent");
        (await box.AssetAsync("alias", "m", "candidate")).Ok().Output.ShouldBe("m:2\n");
        (await box.AssetAsync("alias", "m", "candidate", "1", "--from", "2")).Ok();
        (await box.AssetAsync("alias", "m", "fresh", "1", "--from", "none")).Ok().Output.ShouldBe("m@fresh - → 1\n");
    }

    [Fact]
    public async Task A_protected_alias_needs_a_reason_and_a_fixed_one_never_moves()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("alias", "m", "production", "2")).Fails(1, "is protected and moves only with a reason (PreconditionFailed). State why it moves: --why TEXT in a command");
        (await box.AssetAsync("alias", "m", "production", "--remove")).Fails(1, "is protected");
        (await box.AssetAsync("alias", "m", "1.0", "3", "--why", "x")).Fails(1, "is fixed at version 2");
        (await box.AssetAsync("alias", "m", "candidate", "3", "--fixed")).Ok();
        (await box.AssetAsync("alias", "m", "candidate", "2")).Fails(1, "is fixed at version 3");
        (await box.AssetAsync("update", "m", "--unfix", "candidate")).Ok().Output.ShouldBe("m updated\n");
        (await box.AssetAsync("alias", "m", "candidate", "2")).Ok();
    }

    [Fact]
    public async Task The_history_has_each_move_and_tells_where_the_alias_was()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("alias", "m", "production", "2", "--why", "better", "--user", "u:ada")).Ok();
        (await box.AssetAsync("alias", "m", "production", "--remove", "--why", "broken")).Ok();
        var moves = (await box.AssetAsync("alias", "m", "production", "--history", "--json")).Ok().Json;
        moves.Select(m => (m.TryGetProperty("from", out var from) ? from.GetInt32() : 0, m.TryGetProperty("to", out var to) ? to.GetInt32() : 0, m.Text("why")))
            .ShouldBe([(2, 0, "broken"), (1, 2, "better"), (0, 1, "first")]);
        var text = (await box.AssetAsync("alias", "m", "production", "--history")).Ok().Lines;
        text.Length.ShouldBe(3);
        text[1].ShouldContain("1 → 2  u:ada");
        var (first, second) = (moves[2].Text("at"), moves[1].Text("at"));
        // Each time is that of a move, to the millisecond below it.
        var afterFirst = DateTimeOffset.Parse(first, System.Globalization.CultureInfo.InvariantCulture).AddMilliseconds(1).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        if (string.CompareOrdinal(afterFirst, second) <= 0)
            (await box.AssetAsync("alias", "m", "production", "--at", afterFirst)).Ok().Output.ShouldBe("m:1\n");
        (await box.AssetAsync("alias", "m", "production", "--at", "2020-01-01")).Fails(1, "did not exist at 2020-01-01 00:00:00Z");
        (await box.AssetAsync("alias", "m", "production", "--at", "0s")).Fails(1, "did not exist at");
        (await box.AssetAsync("alias", "m", "1.0", "--at", "0s", "--json")).Ok().Json.Single().Number("version").ShouldBe(2);
    }

    [Fact]
    public async Task Misuse_and_what_does_not_exist_are_told()
    {
        using var box = await AssetBox.WithModelAsync();
        (await box.AssetAsync("alias", "m", "x", "9")).Fails(1, "the asset has no version 9");
        (await box.AssetAsync("alias", "nobody", "x", "1")).Fails(1, "no asset has the name 'nobody'");
        (await box.AssetAsync("delete", "m:3", "--with-aliases")).Ok();
        (await box.AssetAsync("alias", "m", "x", "3")).Fails(1, "version 3 is deleted");
        foreach (string[] args in new string[][]
        {
            ["m", "--history"], ["m", "--remove"], ["m", "--at", "1d"], ["m", "x", "1", "--remove"], ["m", "x", "1", "--history"], ["m", "x", "--from", "1"], ["m", "x", "--why", "y"],
            ["m", "x", "--fixed"], ["m", "x", "--remove", "--fixed"], ["m", "x", "-1"], ["m", "x", "01x"], ["m", "x", "0"], ["m", "latest", "1"], ["m:1"], ["m@x"], ["m", "x", "--at", "soon"],
            ["m", "a@b", "1"], ["m", "x", "1", "--from", "y"],
        })
        {
            (await box.AssetAsync(["alias", .. args])).Code.ShouldBe(2, string.Join(' ', args));
        }
    }
}
