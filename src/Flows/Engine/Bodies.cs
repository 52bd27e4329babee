using Cairn.Catalog;

namespace Cairn.Flows.Engine;

/// <summary>Synchronous code of steps as asynchronous code. The runner calls it on the thread pool.</summary>
internal static class Bodies
{
    public static Func<TState, StepContext, Task> Of<TState>(Action<TState, StepContext> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return (state, step) =>
        {
            body(state, step);
            return Task.CompletedTask;
        };
    }

    public static Func<TState, T, StepContext, Task> Of<TState, T>(Action<TState, T, StepContext> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return (state, value, step) =>
        {
            body(state, value, step);
            return Task.CompletedTask;
        };
    }
}
