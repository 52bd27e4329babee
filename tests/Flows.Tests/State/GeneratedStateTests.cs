using Cairn.Artifacts;
using Cairn.Flows;

namespace Flows.Tests.State;

/// <summary>The properties of a state as a step sees them.</summary>
public sealed class GeneratedStateTests : StateTest
{
    [Fact]
    public void Slots_are_those_of_the_base_class_first_and_are_always_the_same()
    {
        IFlowState state = new TrainState();

        state.Slots.Select(s => s.Name).ShouldBe(["Rates", "Title", "Model", "Best", "Accuracy", "Epoch", "Token"]);
        state.Slots.ShouldBeSameAs(state.Slots);
        state.Slots.Where(s => s.IsImmutable).Select(s => s.Name).ShouldBe(["Title", "Best", "Accuracy", "Epoch", "Token"]);
        state.Slots.Where(s => s.IsNullable).Select(s => s.Name).ShouldBe(["Best", "Epoch"]);
        state.Slots.Where(s => s.IsSecret).Select(s => s.Name).ShouldBe(["Token"]);
        Slot(state, "Epoch").ValueType.ShouldBe(typeof(int?));
        Slot(state, "Model").ToString().ShouldBe("TrainState.Model");
    }

    [Fact]
    public async Task What_a_step_set_is_saved_and_the_next_step_reads_it()
    {
        var first = Bound<TrainState>();
        (first.Rates, first.Accuracy, first.Epoch, first.Best) = ([0.1, 1], 0.5, 3, new("a", 1));

        first.Rates.ShouldBe([0.1, 1]);
        var values = await EndAsync(first);
        var second = Bound<TrainState>(values);

        second.Rates.ShouldBe([0.1, 1]);
        (await second.AccuracyAsync(TestContext.Current.CancellationToken)).ShouldBe(0.5);
        second.Epoch.ShouldBe(3);
        second.Best.ShouldBe(new("a", 1));
        Slot(first, "Rates").IsRead.ShouldBeFalse("the step read what it had set itself");
    }

    [Fact]
    public void A_state_can_be_used_without_a_repository()
    {
        var state = new TrainState { Accuracy = 1 };

        state.Accuracy.ShouldBe(1);
        state.Best.ShouldBeNull();
        Should.Throw<InvalidOperationException>(() => state.Model).Message
            .ShouldBe("TrainState.Model was read and has no value: nothing set it. Set it first, or declare the property with a nullable type.");
    }

    [Fact]
    public void A_property_that_no_step_set_cannot_be_read_unless_it_may_be_null()
    {
        var state = Bound<TrainState>(step: "fit");

        Should.Throw<InvalidOperationException>(() => state.Model).Message
            .ShouldBe("The step 'fit' read TrainState.Model, which has no value: no earlier step set it. Set it in an earlier step, or declare the property with a nullable type.");
        Should.Throw<InvalidOperationException>(() => _ = state.ModelAsync());
        state.Best.ShouldBeNull();
        state.Epoch.ShouldBeNull();
        Slot(state, "Best").IsRead.ShouldBeTrue("that there was nothing is what the step learned");
    }

    [Fact]
    public async Task Null_deletes()
    {
        var task = Guid.NewGuid();
        var state = Bound<TrainState>(new() { ["Best"] = await SavedAsync(new Score("a", 1), task), ["Epoch"] = await SavedAsync(1, task) });

        (state.Best, state.Epoch) = (null, null);

        state.Best.ShouldBeNull();
        Slot(state, "Best").IsDeleted.ShouldBeTrue();
        Slot(state, "Best").IsSet.ShouldBeTrue();
        (await Slot(state, "Best").SaveAsync(TestContext.Current.CancellationToken)).ShouldBe(new SlotOutcome.Removed());
        (await Slot(state, "Epoch").SaveAsync(TestContext.Current.CancellationToken)).ShouldBe(new SlotOutcome.Removed());
    }

    [Fact]
    public async Task A_secret_is_never_saved_and_stays_in_memory()
    {
        var first = Bound<TrainState>();
        first.Token = "s3cr3t";
        Slot(first, "Token").ToString().ShouldNotContain("s3cr3t");

        (await EndAsync(first)).ShouldNotContainKey("Token");
        var second = Bound<TrainState>();
        foreach (var slot in ((IFlowState)second).Slots)
            slot.CarryFrom(Slot(first, slot.Name));

        second.Token.ShouldBe("s3cr3t");
        Bind(second, []);
        second.Token.ShouldBe("s3cr3t", "a secret is not bound to a value");
        Should.Throw<InvalidOperationException>(() => Bound<TrainState>().Token);
    }

    [Fact]
    public async Task What_a_step_set_is_forgotten_when_the_state_is_bound_again()
    {
        var state = Bound<TrainState>();
        state.Accuracy = 1;
        _ = state.Best;

        Bind(state, []);

        Should.Throw<InvalidOperationException>(() => state.Accuracy);
        Slot(state, "Best").IsRead.ShouldBeFalse();
        Slot(state, "Accuracy").IsSet.ShouldBeFalse();
        (await Slot(state, "Accuracy").SaveAsync(TestContext.Current.CancellationToken)).ShouldBe(new SlotOutcome.Unchanged(null));
    }

    [Fact]
    public async Task What_the_constructor_set_remains_where_nothing_is_bound()
    {
        var state = new TrainState { Accuracy = 1, Title = "default" };

        Bind(state, new() { ["Title"] = await SavedAsync("of the run") });

        state.Accuracy.ShouldBe(1);
        Slot(state, "Accuracy").IsSet.ShouldBeTrue();
        state.Title.ShouldBe("of the run");
        Slot(state, "Title").IsSet.ShouldBeFalse();
    }

    [Fact]
    public async Task A_slot_that_is_not_bound_cannot_be_saved() =>
        (await Should.ThrowAsync<InvalidOperationException>(async () => await Slot(new TrainState(), "Model").SaveAsync())).Message.ShouldContain("TrainState.Model");

    /// <summary>The values after a task.</summary>
    private static async Task<Dictionary<string, StateValue>> EndAsync(IFlowState state)
    {
        var values = new Dictionary<string, StateValue>();
        foreach (var slot in state.Slots)
        {
            var value = await slot.SaveAsync(TestContext.Current.CancellationToken) switch
            {
                SlotOutcome.Changed changed => new StateValue(changed.Artifact, Guid.NewGuid()),
                SlotOutcome.Unchanged unchanged => unchanged.Value,
                _ => null,
            };
            if (value is { } kept)
                values[slot.Name] = kept;
        }
        return values;
    }
}
