using Cairn;
using Cairn.Catalog;
using Cairn.Flows;
using Flows.Tests.Engine;

namespace Flows.Tests.Faults;

/// <summary>Values that no materializer serves.</summary>
public sealed class UnservedTypeTests : FlowTest
{
    [Fact]
    public async Task A_property_of_a_type_that_no_materializer_serves_fails_the_flow_before_it_starts()
    {
        var ran = false;
        var flow = Flow.Of<SealedState>("Sealed").Step("step", (_, _) => ran = true);
        var error = await Should.ThrowAsync<MaterializationException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        error.Message.ShouldContain("SealedState.Handle");
        error.Message.ShouldContain("no materializer serves Action");
        ran.ShouldBeFalse();
        (await TasksAsync()).ShouldBeEmpty();
        (await Catalog.Flow("Sealed").LatestAsync(cancellationToken: Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_value_whose_type_is_known_only_when_it_is_saved_fails_the_step_that_set_it()
    {
        var flow = Flow.Of<OpenState>("Open")
            .Step("served", (s, _) => s.Value = "text")
            .Step("unserved", (s, _) => s.Value = new Action(() => { }));
        var error = await Should.ThrowAsync<MaterializationException>(() => flow.RunAsync(Catalog, cancellationToken: Cancel));
        error.Message.ShouldContain("OpenState.Value");
        error.Message.ShouldContain("no materializer serves Action");
        (await StatusesAsync()).ShouldBe("served:Succeeded unserved:Failed");
        (await LastRunAsync()).Error!.Message.ShouldContain("OpenState.Value");
    }

    [Fact]
    public async Task An_output_of_a_type_that_no_materializer_serves_is_refused_at_once()
    {
        MaterializationException? error = null;
        var run = await Catalog.RunAsync("Output", run => run.StepAsync("make", step =>
        {
            step.Output("good", 1);
            error = Should.Throw<MaterializationException>(() => step.Output("bad", new Action(() => { })));
            return 1;
        }), cancellationToken: Cancel);
        error!.Message.ShouldContain("'bad' of the step 'make'");
        error.Message.ShouldContain("no materializer serves Action");
        (await TasksAsync()).Single().Outputs.Keys.ShouldBe(["good"]);
        (await Catalog.Runs.GetAsync(RunReference.OfRun(run), cancellationToken: Cancel)).Status.ShouldBe(RunStatus.Succeeded);
    }

    private sealed class SealedState : IFlowState
    {
        public IReadOnlyList<StateSlot> Slots { get; } = [new StateSlot<int>(nameof(SealedState), "Count"), new StateSlot<Action>(nameof(SealedState), "Handle", SlotTraits.Nullable)];
    }

    private sealed class OpenState : IFlowState
    {
        private readonly StateSlot<object> _value = new(nameof(OpenState), nameof(Value));

        public OpenState() => Slots = [_value];

        public object Value
        {
            get => _value.Get();
            set => _value.Set(value);
        }

        public IReadOnlyList<StateSlot> Slots { get; }
    }
}
