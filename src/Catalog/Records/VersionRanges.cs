using System.Globalization;
using System.Text;

namespace Cairn.Catalog.Records;

/// <summary>A set of version numbers as text: <c>1-990,995</c>. A million numbers that follow each other take a few bytes.</summary>
internal sealed class VersionRanges
{
    private readonly List<(int First, int Last)> _ranges = [];

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>Gets how many numbers the set holds.</summary>
    public int Count => _ranges.Sum(r => r.Last - r.First + 1);

    /// <summary>Gets the ranges in ascending order.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges => _ranges;

    /// <summary>Reads ranges in ascending order; null is the empty set.</summary>
    /// <exception cref="FormatException">The text is not such ranges.</exception>
    public static VersionRanges Parse(string? text)
    {
        var result = new VersionRanges();
        foreach (var part in text?.Split(',') ?? [])
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var first = Number(dash < 0 ? part : part[..dash]);
            var last = dash < 0 ? first : Number(part[(dash + 1)..]);
            if (last < first || (result._ranges.Count > 0 && first <= result._ranges[^1].Last))
                throw new FormatException($"'{text}' is not version ranges in ascending order");
            result._ranges.Add((first, last));
        }
        return result;

        static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"'{digits}' is not a version number");
    }

    public bool Contains(int number) => _ranges.Exists(r => r.First <= number && number <= r.Last);

    public void Add(int number) => Add(number, number);

    public void Add(int first, int last)
    {
        var at = _ranges.FindIndex(r => r.Last >= first - 1);
        if (at < 0)
        {
            _ranges.Add((first, last));
            return;
        }
        while (at < _ranges.Count && _ranges[at].First <= last + 1)
        {
            (first, last) = (Math.Min(first, _ranges[at].First), Math.Max(last, _ranges[at].Last));
            _ranges.RemoveAt(at);
        }
        _ranges.Insert(at, (first, last));
    }

    public void Remove(int number)
    {
        var at = _ranges.FindIndex(r => r.First <= number && number <= r.Last);
        if (at < 0)
            return;
        var (first, last) = _ranges[at];
        _ranges.RemoveAt(at);
        if (number < last)
            _ranges.Insert(at, (number + 1, last));
        if (first < number)
            _ranges.Insert(at, (first, number - 1));
    }

    /// <summary>Gets the ranges of the numbers that another set does not hold.</summary>
    public IEnumerable<(int First, int Last)> Except(VersionRanges other)
    {
        var at = 0;
        foreach (var (first, last) in _ranges)
        {
            var next = first;
            while (at < other._ranges.Count && other._ranges[at].Last < first)
                at++;
            for (var i = at; i < other._ranges.Count && other._ranges[i].First <= last; i++)
            {
                if (other._ranges[i].First > next)
                    yield return (next, other._ranges[i].First - 1);
                next = other._ranges[i].Last + 1;
            }
            if (next <= last)
                yield return (next, last);
        }
    }

    /// <summary>Gets the greatest number up to <paramref name="newest"/> that the set does not hold; 0 if it holds all.</summary>
    public int GreatestAbsent(int newest)
    {
        for (var i = _ranges.Count - 1; i >= 0 && newest > 0 && _ranges[i].Last >= newest; i--)
        {
            if (_ranges[i].First <= newest)
                newest = _ranges[i].First - 1;
        }
        return newest;
    }

    public IEnumerable<int> Numbers() => _ranges.SelectMany(r => Enumerable.Range(r.First, r.Last - r.First + 1));

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (first, last) in _ranges)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
        }
        return text.ToString();
    }
}
