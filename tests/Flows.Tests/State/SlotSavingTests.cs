using Cairn.Flows;

namespace Flows.Tests.State;

/// <summary>What is saved at the end of a task, and what keeps its digest.</summary>
public sealed class SlotSavingTests : StateTest
{
    [Fact]
    public async Task What_was_not_read_is_not_loaded_and_keeps_its_value()
    {
        var value = await SavedAsync(new Model(), Guid.NewGuid());
        var state = Bound<TrainState>(new() { ["Model"] = value });

        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Unchanged(value));
        Slot(state, "Model").Value.ShouldBe(value);
        Loads.ShouldBe(0);
    }

    [Fact]
    public async Task What_was_read_and_left_alone_keeps_its_value()
    {
        var value = await SavedAsync(new Model { Weights = [1, 2] }, Guid.NewGuid());
        var state = Bound<TrainState>(new() { ["Model"] = value });

        state.Model.Weights.ShouldBe([1, 2]);

        Slot(state, "Model").IsRead.ShouldBeTrue();
        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Unchanged(value));
    }

    [Fact]
    public async Task What_was_modified_is_saved()
    {
        var state = Bound<TrainState>(new() { ["Model"] = await SavedAsync(new Model { Weights = [1] }) });

        state.Model.Weights.Add(2);

        Slot(state, "Model").IsSet.ShouldBeFalse();
        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Changed((await SavedAsync(new Model { Weights = [1, 2] })).Artifact));
    }

    [Fact]
    public async Task What_is_immutable_is_not_serialized_again()
    {
        // Serialized again, it would have another digest, since the metadata is part of it.
        var value = new StateValue((await Repository.SaveAsync(new Score("a", 1), new() { Metadata = new Dictionary<string, string> { ["note"] = "x" } })).Digest, null);
        var state = Bound<TrainState>(new() { ["Best"] = value });

        state.Best!.Name.ShouldBe("a");

        (await SavedAsync(new Score("a", 1))).Artifact.ShouldNotBe(value.Artifact);
        (await SaveAsync(state, "Best")).ShouldBe(new SlotOutcome.Unchanged(value));
    }

    [Fact]
    public async Task What_was_set_is_a_change_even_if_it_is_equal()
    {
        var value = await SavedAsync(0.5, Guid.NewGuid());
        var state = Bound<TrainState>(new() { ["Accuracy"] = value });

        state.Accuracy = 0.5;

        (await SaveAsync(state, "Accuracy")).ShouldBe(new SlotOutcome.Changed(value.Artifact));
    }

    [Fact]
    public async Task What_was_prefetched_and_not_read_is_not_serialized()
    {
        var value = await SavedAsync(new Model { Weights = [1] });
        var state = Bound<TrainState>(new() { ["Model"] = value });

        await Slot(state, "Model").LoadAsync(TestContext.Current.CancellationToken);

        Slot(state, "Model").IsRead.ShouldBeFalse();
        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Unchanged(value));
    }

    [Fact]
    public async Task What_was_set_by_reference_keeps_the_task_it_is_from_and_is_not_loaded()
    {
        var merged = await SavedAsync(new Model { Weights = [1] }, Guid.NewGuid());
        var state = Bound<TrainState>();

        Slot(state, "Model").SetReference(merged);

        (Slot(state, "Model").IsSet, Slot(state, "Model").IsDeleted).ShouldBe((true, false));
        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Changed(merged.Artifact, merged.Task));
        Loads.ShouldBe(0);
    }

    [Fact]
    public async Task What_was_set_by_reference_can_be_read_and_modified()
    {
        var (merged, before) = (await SavedAsync(new Model { Weights = [1] }, Guid.NewGuid()), await SavedAsync(new Model(), Guid.NewGuid()));
        var state = Bound<TrainState>(new() { ["Model"] = before });
        Slot(state, "Model").SetReference(merged);

        state.Model.Weights.ShouldBe([1]);
        Slot(state, "Model").IsRead.ShouldBeFalse("what was there before the task was not read");
        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Changed(merged.Artifact, merged.Task));
        state.Model.Weights.Add(2);

        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Changed((await SavedAsync(new Model { Weights = [1, 2] })).Artifact));
    }

    [Fact]
    public async Task What_was_deleted_by_reference_is_removed()
    {
        var state = Bound<TrainState>(new() { ["Model"] = await SavedAsync(new Model()) });

        Slot(state, "Model").SetReference(null);

        Slot(state, "Model").IsDeleted.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => state.Model);
        (await SaveAsync(state, "Model")).ShouldBe(new SlotOutcome.Removed());
        Should.Throw<InvalidOperationException>(() => Slot(state, "Token").SetReference(null)).Message.ShouldContain("secret");
    }

    private static async Task<SlotOutcome> SaveAsync(IFlowState state, string name) => await Slot(state, name).SaveAsync(TestContext.Current.CancellationToken);
}
