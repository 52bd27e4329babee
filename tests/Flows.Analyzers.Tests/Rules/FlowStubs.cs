namespace Cairn.Flows.Analyzers.Tests.Rules;

/// <summary>The signatures of the builder of flows that the rules look at.</summary>
internal static class FlowStubs
{
    public const string Source = """
        #nullable enable
        namespace Cairn.Catalog
        {
            public sealed class StepContext;
        }

        namespace Cairn.Flows
        {
            using Cairn.Catalog;

            public sealed class StepCache
            {
                public static StepCache On(string codeVersion) => new();
            }

            public record StepOptions
            {
                public StepCache? Cache { get; init; }
                public int Retry { get; init; }
            }

            public record ForEachOptions : StepOptions
            {
                public int Parallelism { get; init; }
                public object? Key { get; init; }
            }

            public sealed class JoinInputs<TState> : List<TState>;

            public static class Flow
            {
                public static Flow<TState> Of<TState>(string name) => new();
            }

            public sealed class FlowBranches<TState>
            {
                public FlowBranches<TState> Step(string name, Action<TState, StepContext> body, StepOptions? options = null) => this;
                public FlowBranches<TState> Step(string name, Func<TState, StepContext, Task> body, StepOptions? options = null) => this;
            }

            public sealed class Flow<TState>
            {
                public Flow<TState> Step(string name, Action<TState, StepContext> body, StepOptions? options = null) => this;
                public Flow<TState> Step(string name, Func<TState, StepContext, Task> body, StepOptions? options = null) => this;
                public Flow<TState> ForEach<TItem>(string name, Func<TState, IEnumerable<TItem>> items, Action<TState, TItem, StepContext> body, ForEachOptions? options = null) => this;
                public Flow<TState> ForEach<TItem>(string name, Func<TState, IEnumerable<TItem>> items, Func<TState, TItem, StepContext, Task> body, ForEachOptions? options = null) => this;
                public Flow<TState> Branch(Action<FlowBranches<TState>> branches) => this;
                public Flow<TState> Join(string name, Action<TState, JoinInputs<TState>, StepContext> body, StepOptions? options = null) => this;
                public Flow<TState> Join(string name, Func<TState, JoinInputs<TState>, StepContext, Task> body, StepOptions? options = null) => this;
            }
        }
        """;
}
