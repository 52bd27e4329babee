namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The operations on a disk, in their order. Safe to use from many threads; an operation and its record are one.</summary>
internal sealed class DiskLog
{
    private readonly List<DiskRecord> _records = [];
    private readonly Dictionary<(ulong Device, ulong Inode), int> _numbers = [];
    private int _numbered;

    /// <summary>Held while an operation runs and is recorded.</summary>
    public Lock Gate { get; } = new();

    public IReadOnlyList<DiskRecord> Records => _records;

    /// <summary>How many records there are: the moment that a crash now would come at.</summary>
    public int Now
    {
        get
        {
            lock (Gate)
                return _records.Count;
        }
    }

    public int NewNumber(ulong device, ulong inode) => _numbers[(device, inode)] = ++_numbered;

    public int NumberOf(ulong device, ulong inode) => _numbers[(device, inode)];

    public void Add(DiskRecord record) => _records.Add(record);

    /// <summary>For each record, after how many records it survives a crash; <see cref="int.MaxValue"/> for never.</summary>
    /// <param name="without">A flush to leave out, as a faulty program would.</param>
    public int[] Durability(int? without = null)
    {
        var durable = new int[_records.Count];
        var pending = new List<int>();
        for (var i = 0; i < _records.Count; i++)
        {
            durable[i] = int.MaxValue;
            switch (_records[i])
            {
                case DiskStep:
                    pending.Add(i);
                    break;
                case FlushRecord flush when i != without:
                    foreach (var at in pending.Where(p => flush.Owner is null || ((DiskStep)_records[p]).Owner == flush.Owner))
                        durable[at] = i + 1;
                    pending.RemoveAll(p => durable[p] != int.MaxValue);
                    break;
            }
        }
        return durable;
    }
}
