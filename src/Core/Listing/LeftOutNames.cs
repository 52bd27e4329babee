namespace Cairn;

/// <summary>The objects that listings have left out because no path can name them: <c>a//b</c>, <c>a/./b</c>, a directory's marker that has content. Safe to share; filled while listings are read.</summary>
/// <remarks>Only object stores have such objects, where other programs wrote them. Nothing in Cairn reaches them, so whoever copies, moves or removes a whole tree leaves them behind.</remarks>
public sealed class LeftOutNames
{
    /// <summary>How many names are kept, so that one which is listed twice counts once.</summary>
    private const int MostKept = 10_000;

    private const int MostShown = 5;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _first = [];
    private long _more;

    /// <summary>How many there are; of more than 10,000, some may count twice.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _known.Count + _more;
        }
    }

    /// <summary>The first five names, relative to the store's root.</summary>
    public IReadOnlyList<string> First
    {
        get
        {
            lock (_lock)
                return [.. _first];
        }
    }

    /// <summary>Adds one.</summary>
    /// <param name="name">Its name, relative to the store's root.</param>
    public void Add(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            if (_known.Contains(name))
                return;
            if (_known.Count == MostKept)
                _more++;
            else
                _known.Add(name);
            if (_first.Count < MostShown)
                _first.Add(name);
        }
    }

    /// <summary>A sentence about them for a person; empty when there are none.</summary>
    public override string ToString()
    {
        var (count, first) = (Count, First);
        if (count == 0)
            return "";
        var names = string.Join(", ", first.Select(n => $"'{ArtifactPath.ForMessage(n)}'"));
        return $"{count} {(count == 1 ? "object has a name" : "objects have names")} that no path can hold, and {(count == 1 ? "is" : "are")} left out: {names}{(count > first.Count ? ", \u2026" : "")}";
    }
}
