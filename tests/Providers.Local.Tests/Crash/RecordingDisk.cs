using Cairn.Durable;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The disk on which small files are published, with a record of every change and flush.</summary>
/// <param name="log">Takes the records.</param>
/// <param name="isolated">A folder that exists on the device from the beginning.</param>
internal sealed class RecordingDisk(DiskLog log, string isolated) : DurableDisk
{
    private readonly Dictionary<string, int> _numbers = new() { [isolated] = 0 };
    private ulong _next;

    public override void MakeFolder(string path)
    {
        base.MakeFolder(path);
        log.Add(new EntryStep(FolderOf(path), Path.GetFileName(path), New(path), MakesDirectory: true));
    }

    public override void Create(string path, ReadOnlySpan<byte> content)
    {
        base.Create(path, content);
        log.Add(new EntryStep(FolderOf(path), Path.GetFileName(path), New(path)));
        log.Add(new DataStep(_numbers[path], 0, content.ToArray()));
    }

    public override void Flush(string path)
    {
        base.Flush(path);
        log.Add(new FlushRecord(_numbers[path]));
    }

    public override void Replace(string path, string with)
    {
        base.Replace(path, with);
        var number = _numbers[path] = _numbers[with];
        log.Add(new EntryStep(FolderOf(path), Path.GetFileName(path), number, (FolderOf(with), Path.GetFileName(with))));
    }

    public override void FlushFolder(string path)
    {
        base.FlushFolder(path);
        log.Add(new FlushRecord(_numbers[path]));
    }

    private int FolderOf(string path) => _numbers[Path.GetDirectoryName(path)!];

    private int New(string path) => _numbers[path] = log.NewNumber(0, ++_next);
}
