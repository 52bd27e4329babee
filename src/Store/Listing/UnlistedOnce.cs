namespace Cairn.Listing;

/// <summary>Tells what a listing leaves out once, one call at a time, although its ranges are read at once and a driver may meet one entry in several requests.</summary>
internal sealed class UnlistedOnce(Action<UnlistedEntry> tell)
{
    /// <summary>How many names are remembered; of more, some may be told again.</summary>
    private const int MostKnown = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public void Tell(UnlistedEntry entry)
    {
        lock (_lock)
        {
            if (_known.Contains(entry.FullName))
                return;
            if (_known.Count < MostKnown)
                _known.Add(entry.FullName);
            tell(entry);
        }
    }
}
