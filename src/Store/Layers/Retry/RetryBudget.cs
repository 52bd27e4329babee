namespace Cairn.Layers;

/// <summary>How many retries all calls of a store may take together: over any run of calls at most <c>reserve + ratio × calls</c>.</summary>
/// <remarks>Without it every caller multiplies its load on a store that is already failing. Safe to use from many threads.</remarks>
internal sealed class RetryBudget(double ratio, int reserve)
{
    private readonly Lock _gate = new();
    private double _tokens = reserve;

    /// <summary>A call begins: it earns its share.</summary>
    public void Earn()
    {
        lock (_gate)
            _tokens = Math.Min(_tokens + ratio, Math.Max(reserve, 1));
    }

    /// <summary>Takes one retry; false when none is left.</summary>
    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
