using Cairn.Errors;

namespace Cairn.Catalog.Chains;

/// <summary>The exception that is thrown when the store no longer has a record that this machine has seen: it was restored to an earlier state, or another store took its place.</summary>
internal sealed class StoreWentBackException : StoreException
{
    internal StoreWentBackException(StorePath path, bool isMissing)
        : base(new StoreFault(StoreErrorCode.IntegrityFailure, $"the store went back: the catalog's record {path} {(isMissing ? "is missing" : "is another one")} since this machine saw it")
        {
            Advice = "Check whether the store was restored from a backup, or replaced, before you write to it.",
        })
    {
    }
}
