using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>What a transfer of a tree has left out and failed to do. Safe to use from many threads.</summary>
/// <param name="operation">What is tried, as a verb phrase.</param>
/// <param name="root">The address of the tree's root.</param>
/// <param name="filter">What the caller wants.</param>
/// <param name="skipsLinks">Whether links are left out on purpose.</param>
internal sealed class TransferLog(string operation, StoreUri root, TreeFilter filter, bool skipsLinks)
{
    private readonly List<StoreException> _failures = [];
    private readonly List<SkippedEntry> _skipped = [];

    /// <summary>True once the source has been listed: what another listing leaves out is known already.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether anything has failed.</summary>
    public bool HasFailures
    {
        get
        {
            lock (_failures)
                return _failures.Count > 0;
        }
    }

    /// <summary>Adds a failure to the result.</summary>
    public void Fail(StoreException failure)
    {
        lock (_failures)
            _failures.Add(failure);
    }

    /// <summary>Adds an exception as a failure, where it is one of a store or of a file.</summary>
    /// <returns>False for anything else, such as misuse: that ends the whole transfer.</returns>
    public bool TryFail(Exception exception, StorePath path)
    {
        if (exception is not StoreException failure)
        {
            if (exception is not (IOException or UnauthorizedAccessException))
                return false;
            failure = new StoreException(StoreFaults.FromBaseLibrary(exception), exception);
        }
        Fail(failure.WithContext(operation, root / path));
        return true;
    }

    /// <summary>Adds what the listing of the source could not list.</summary>
    public void Unlisted(UnlistedEntry entry)
    {
        if (IsListed || !filter.IsWanted(entry))
            return;
        if (entry.Kind == UnlistedKind.Link && skipsLinks)
            Skip(entry.Path!.Value);
        else
            Fail(FailureOf(entry));
    }

    /// <summary>Adds a link that is left out on purpose.</summary>
    public void Skip(StorePath link)
    {
        lock (_failures)
            _skipped.Add(new(link.Value, "it is a symbolic link"));
    }

    /// <summary>The result, when nothing has failed.</summary>
    /// <exception cref="BatchFailedException">Something has failed.</exception>
    public TransferResult End(TransferResult done)
    {
        lock (_failures)
        {
            if (_skipped.Count > 0)
                done = done with { Skipped = [.. _skipped] };
            if (_failures.Count == 0)
                return done;
            done = done with { Failures = [.. _failures] };
            var failure = new BatchFailedException(done.Failures, done.Files + done.Directories) { Result = done };
            failure.WithContext(operation, root);
            throw failure;
        }
    }

    private StoreException FailureOf(UnlistedEntry entry)
    {
        var fault = StoreFaults.FromBaseLibrary(entry.Reason);
        var failure = new StoreException(fault with { Advice = fault.Advice ?? AdviceOn(entry.Kind) }, entry.Reason);
        return failure.WithContext(entry.Kind == UnlistedKind.Unreadable ? StoreOperations.List : operation, root / (entry.Path ?? entry.Directory));
    }

    private static string? AdviceOn(UnlistedKind kind) => kind switch
    {
        UnlistedKind.Link => "Omit or follow links (the option 'links'), or exclude this one.",
        UnlistedKind.Special => "Exclude it.",
        _ => null,
    };
}
