using Cairn.Catalog.Chains;

namespace Cairn.Catalog.Index;

/// <summary>Records of one chain that are to be applied.</summary>
internal sealed class ChainGroup(ChainKey key)
{
    /// <summary>Gets the chain.</summary>
    public ChainKey Key { get; } = key;

    /// <summary>Gets the records by number.</summary>
    public SortedDictionary<int, ChainRecord> Records { get; } = [];

    /// <summary>Gets the greatest number that is to be applied.</summary>
    public int Greatest { get; private set; }

    /// <summary>Gets whether the chain is read from its beginning, as the store has it, and copies do not count.</summary>
    public bool IsRebuilt { get; private set; }

    /// <summary>Gets whether the rows of a chain that <see cref="IsRebuilt"/> were removed.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>Gets or sets whether a record contradicts the rows, so that the chain must be read from its beginning.</summary>
    public bool MustBeRebuilt { get; set; }

    /// <summary>Gets or sets whether the transaction removes the rows.</summary>
    public bool WillBeDropped { get; set; }

    /// <summary>Gets or sets the number of the last record that the transaction applied, or that was applied before.</summary>
    public int Applied { get; set; }

    /// <summary>Takes note of a transaction that was committed.</summary>
    public void Settle()
    {
        IsDropped |= WillBeDropped;
        if (MustBeRebuilt)
            Rebuild();
        else
            Forget(n => n <= Applied);
    }

    /// <summary>Has the chain read again from its beginning.</summary>
    public void Rebuild()
    {
        (MustBeRebuilt, IsRebuilt) = (false, true);
        Records.Clear();
    }

    public void Add(ChainRecord record)
    {
        Records.TryAdd(record.Sequence, record);
        Greatest = Math.Max(Greatest, record.Sequence);
    }

    /// <summary>Requires the records up to a number.</summary>
    public void Extend(int greatest) => Greatest = Math.Max(Greatest, greatest);

    /// <summary>Leaves out records that the store does not have.</summary>
    public void Shorten(int greatest)
    {
        Greatest = greatest;
        Forget(n => n > greatest);
    }

    private void Forget(Func<int, bool> condition)
    {
        foreach (var number in Records.Keys.Where(condition).ToList())
            Records.Remove(number);
    }
}
