namespace Cairn.Catalog.Chains;

/// <summary>Remembers a bounded number of values: beyond it, all are forgotten, and found again when they are needed. Thread-safe.</summary>
internal sealed class Recent<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    /// <summary>The most values that are remembered.</summary>
    public const int Capacity = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, TValue> _values = [];

    /// <summary>Returns the remembered value; null if there is none.</summary>
    public TValue? Find(TKey key)
    {
        lock (_lock)
            return _values.GetValueOrDefault(key);
    }

    /// <summary>Remembers a value, unless one that is at least as new is remembered already.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="isNewer">Whether the first value is newer than the second one.</param>
    public void Keep(TKey key, TValue value, Func<TValue, TValue, bool> isNewer)
    {
        lock (_lock)
        {
            if (_values.TryGetValue(key, out var present) && !isNewer(value, present))
                return;
            if (_values.Count >= Capacity)
                _values.Clear();
            _values[key] = value;
        }
    }

    /// <summary>Forgets a value.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
            _values.Remove(key);
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        lock (_lock)
            _values.Clear();
    }
}
