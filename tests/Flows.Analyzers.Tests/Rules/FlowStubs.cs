namespace Cairn.Flows.Analyzers.Tests.Rules;

/// <summary>Options of a step with the cache that the rules look for.</summary>
internal static class FlowStubs
{
    public const string Source = """
        #nullable enable
        public sealed class StepCache
        {
            public static StepCache On(string codeVersion) => new();
        }

        public record CachedOptions : StepOptions
        {
            public StepCache? Cache { get; init; }
        }
        """;
}
