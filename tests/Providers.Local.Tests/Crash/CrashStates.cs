namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The states that a crash can leave: at each moment, the durable changes and any selection of the others, each whole, torn or lost.</summary>
/// <remarks>
/// The model of "All File Systems Are Not Created Equal" (OSDI 2014): only a flush orders changes. Where there are more selections than asked for, the ends (all, none,
/// all but one, only one) and random ones are taken.
/// </remarks>
internal sealed class CrashStates(DiskLog log, int mostAtOnce, Random random)
{
    /// <summary>Yields states with the moment of the crash. States that are equal at one moment are yielded once.</summary>
    /// <param name="without">A flush to leave out; crashes before it, to which it makes no difference, are left out too.</param>
    public IEnumerable<(int At, DiskState State)> Enumerate(int? without = null)
    {
        var durable = log.Durability(without);
        for (var at = without + 1 ?? 0; at <= log.Records.Count; at++)
        {
            var steps = Enumerable.Range(0, at).Where(i => log.Records[i] is DiskStep).ToArray();
            var pending = steps.Where(i => durable[i] > at).ToArray();
            var seen = new HashSet<UInt128>();
            foreach (var selection in Selections(pending))
            {
                var state = new DiskState();
                foreach (var i in steps)
                {
                    if ((Array.IndexOf(pending, i) is var p and >= 0 ? selection[p] : Kept.All) is var kept && kept != Kept.Nothing)
                        state.Apply((DiskStep)log.Records[i], kept);
                }
                if (seen.Add(state.Digest()))
                    yield return (at, state);
            }
        }
    }

    /// <summary>Takes so many at most, spread over all.</summary>
    public static IEnumerable<T> Spread<T>(IReadOnlyList<T> all, int most)
    {
        var step = Math.Max(1.0, (double)all.Count / most);
        for (var next = 0.0; (int)next < all.Count; next += step)
            yield return all[(int)next];
    }

    private IEnumerable<Kept[]> Selections(int[] pending)
    {
        var choices = pending.Select(i => log.Records[i] is DataStep { Bytes.Length: > 1 } ? 3 : 2).ToArray();
        var total = choices.Aggregate(1.0, (a, b) => a * b);
        if (total <= mostAtOnce)
        {
            for (var n = 0; n < total; n++)
            {
                var rest = n;
                yield return [.. choices.Select(c =>
                {
                    var kept = (Kept)(rest % c);
                    rest /= c;
                    return kept;
                })];
            }
            yield break;
        }
        var count = pending.Length;
        yield return [.. Enumerable.Repeat(Kept.All, count)];
        yield return [.. Enumerable.Repeat(Kept.Nothing, count)];
        // The newest changes are those that an operation is about to rely on.
        for (var i = count - 1; i >= Math.Max(0, count - (mostAtOnce / 4)); i--)
        {
            yield return [.. Enumerable.Range(0, count).Select(n => n == i ? Kept.Nothing : Kept.All)];
            yield return [.. Enumerable.Range(0, count).Select(n => n == i ? Kept.All : Kept.Nothing)];
        }
        for (var n = 0; n < mostAtOnce / 2; n++)
            yield return [.. choices.Select(c => (Kept)random.Next(c))];
    }
}
