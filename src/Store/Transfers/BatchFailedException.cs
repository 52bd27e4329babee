using Cairn.Transfers;

namespace Cairn;

/// <summary>The exception that is thrown if some of many operations failed; the others took effect. <see cref="Failures"/> contains each failure.</summary>
public sealed class BatchFailedException : StoreException
{
    private const int Shown = 3;

    /// <summary>Initializes a new instance from the errors of the members, at least one.</summary>
    /// <param name="failures">The error of each failed member.</param>
    /// <param name="succeeded">The number of members that succeeded.</param>
    public BatchFailedException(IReadOnlyList<StoreException> failures, long succeeded)
        : base(new StoreFault(CodeOf(failures), Describe(failures, succeeded)) { IsTransient = failures.All(f => f.IsTransient) }, failures[0])
    {
        Failures = failures;
        Succeeded = succeeded;
    }

    /// <summary>Gets the error of each failed member, with its URI.</summary>
    public IReadOnlyList<StoreException> Failures { get; }

    /// <summary>Gets the number of members that succeeded.</summary>
    public long Succeeded { get; }

    /// <summary>Gets the result of the transfer of a tree, including skipped and failed entries; null for other operations.</summary>
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
