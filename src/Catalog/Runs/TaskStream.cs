using System.Runtime.CompilerServices;

namespace Cairn.Catalog.Runs;

/// <summary>Tasks that are read from the index one after the other.</summary>
internal static class TaskStream
{
#pragma warning disable CS1998 // The index is a local file; the signature leaves open where tasks come from.
    public static async IAsyncEnumerable<TaskInfo> Of(IEnumerable<TaskInfo> tasks, [EnumeratorCancellation] CancellationToken cancellationToken)
#pragma warning restore CS1998
    {
        foreach (var task in tasks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return task;
        }
    }
}
