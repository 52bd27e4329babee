using Cairn.Transfers;

namespace Cairn;

/// <summary>Some of many operations failed; the others took effect. <see cref="Failures"/> has each one.</summary>
public sealed class BatchFailedException : StoreException
{
    private const int Shown = 3;

    /// <summary>Makes the error of a batch from the errors of its members, at least one.</summary>
    /// <param name="failures">One for each member that failed.</param>
    /// <param name="succeeded">How many members succeeded.</param>
    public BatchFailedException(IReadOnlyList<StoreException> failures, long succeeded)
        : base(new StoreFault(CodeOf(failures), Describe(failures, succeeded)) { IsTransient = failures.All(f => f.IsTransient) }, failures[0])
    {
        Failures = failures;
        Succeeded = succeeded;
    }

    /// <summary>One error for each member that failed, with its address.</summary>
    public IReadOnlyList<StoreException> Failures { get; }

    /// <summary>How many members succeeded.</summary>
    public long Succeeded { get; }

    /// <summary>What a transfer of a tree has done, has left out and has failed to do; null when it was no transfer.</summary>
    public TransferResult? Result { get; init; }

    private static StoreErrorCode CodeOf(IReadOnlyList<StoreException> failures)
    {
        ArgumentNullException.ThrowIfNull(failures);
        ArgumentOutOfRangeException.ThrowIfZero(failures.Count, nameof(failures));
        return failures.All(f => f.Code == failures[0].Code) ? failures[0].Code : StoreErrorCode.Unknown;
    }

    private static string Describe(IReadOnlyList<StoreException> failures, long succeeded)
    {
        var shown = string.Join("; ", failures.Take(Shown).Select(f => f.Message));
        var more = failures.Count > Shown ? $"; and {failures.Count - Shown} more" : "";
        return $"{failures.Count} failed and {succeeded} succeeded: {shown}{more}";
    }
}
