namespace Cairn.Listing;

/// <summary>
/// Reports each entry that a listing leaves out once, one call at a time, although ranges are read in parallel and a driver may encounter an entry in
/// several requests.
/// </summary>
internal sealed class UnlistedOnce(Action<UnlistedEntry> tell)
{
    /// <summary>The number of names that are remembered; if there are more, some may be reported again.</summary>
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
