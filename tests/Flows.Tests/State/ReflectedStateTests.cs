using Cairn.Flows;

namespace Flows.Tests.State;

/// <summary>A plain class as a state.</summary>
public sealed class ReflectedStateTests : StateTest
{
    private sealed class Derived : PlainState
    {
        [Secret]
        public string? Token { get; set; }
    }

    [Fact]
    public void Its_artifacts_are_the_public_properties_that_can_be_set() =>
        new ReflectedState<Derived>().Slots.Select(s => s.Name).ShouldBe(["Count", "Numbers", "Title", "Token"]);

    [Fact]
    public async Task Values_are_loaded_before_the_step_and_compared_after_it()
    {
        var numbers = await SavedAsync(new List<int> { 1, 2 });
        var count = await SavedAsync(5);
        var plain = new PlainState();
        var state = new ReflectedState<PlainState>(plain);
        Bind(state, new() { ["Numbers"] = numbers, ["Count"] = count });

        foreach (var slot in state.Slots)
            await slot.LoadAsync(TestContext.Current.CancellationToken);
        plain.Numbers.Add(3);
        plain.Title = "new";

        plain.Count.ShouldBe(5);
        (await SaveAsync(state, "Count")).ShouldBe(new SlotOutcome.Unchanged(count));
        (await SaveAsync(state, "Numbers")).ShouldBe(new SlotOutcome.Changed((await SavedAsync(new List<int> { 1, 2, 3 })).Artifact));
        (await SaveAsync(state, "Title")).ShouldBe(new SlotOutcome.Changed((await SavedAsync("new")).Artifact));
        state.Slots.Where(s => s.IsRead).Select(s => s.Name).ShouldBe(["Count", "Numbers"]);
    }

    [Fact]
    public async Task Null_deletes_what_was_there()
    {
        var plain = new PlainState();
        var state = new ReflectedState<PlainState>(plain);
        Bind(state, new() { ["Title"] = await SavedAsync("x") });
        (await SaveAsync(state, "Title")).ShouldBeOfType<SlotOutcome.Unchanged>("it was never loaded");

        await Slot(state, "Title").LoadAsync(TestContext.Current.CancellationToken);
        plain.Title = null;

        Slot(state, "Title").IsDeleted.ShouldBeTrue();
        (await SaveAsync(state, "Title")).ShouldBe(new SlotOutcome.Removed());
    }

    [Fact]
    public async Task A_secret_is_carried_and_not_saved()
    {
        var (first, second) = (new Derived { Token = "s3cr3t" }, new Derived());
        var states = new[] { first, second }.Select(d => new ReflectedState<Derived>(d)).ToList();
        Bind(states[0], []);

        Slot(states[1], "Token").CarryFrom(Slot(states[0], "Token"));

        second.Token.ShouldBe("s3cr3t");
        (await SaveAsync(states[0], "Token")).ShouldBe(new SlotOutcome.Unchanged(null));
    }

    [Fact]
    public async Task A_reference_is_loaded_into_the_object()
    {
        var merged = await SavedAsync("merged", Guid.NewGuid());
        var plain = new PlainState { Title = "x" };
        var state = new ReflectedState<PlainState>(plain);
        Bind(state, []);

        Slot(state, "Title").SetReference(merged);

        plain.Title.ShouldBe("merged");
        (Slot(state, "Title").IsSet, Slot(state, "Title").IsRead).ShouldBe((true, false));
        (await SaveAsync(state, "Title")).ShouldBe(new SlotOutcome.Changed(merged.Artifact, merged.Task));
        Slot(state, "Title").SetReference(null);
        plain.Title.ShouldBeNull();
        (await SaveAsync(state, "Title")).ShouldBe(new SlotOutcome.Removed());
    }

    private static async Task<SlotOutcome> SaveAsync(IFlowState state, string name) => await Slot(state, name).SaveAsync(TestContext.Current.CancellationToken);
}
