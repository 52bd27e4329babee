using System.Runtime.CompilerServices;

namespace Cairn.Catalog.Runs;

/// <summary>Tasks that are read from the index one after the other.</summary>
internal static class TaskStream
{
    public static async IAsyncEnumerable<TaskInfo> Of(IEnumerable<TaskInfo> tasks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var task in tasks.ToAsyncEnumerable().WithCancellation(cancellationToken).ConfigureAwait(false))
            yield return task;
    }
}
