using Cairn.Durable;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The disk on which small files and the folders of plugins are published, with a record of every change and flush.</summary>
/// <remarks>
/// Flushes and renames are recorded as they come. All other changes below the folder are found by comparing it with what was recorded, before each of those and when a user
/// is told that something is done: until something is flushed, their order means nothing.
/// </remarks>
/// <param name="log">Takes the records.</param>
/// <param name="isolated">A folder that exists on the device from the beginning.</param>
internal sealed class RecordingDisk(DiskLog log, string isolated) : DurableDisk
{
    /// <summary>A file larger than this is recorded as several writes, each of which a crash may keep.</summary>
    private const int MostAtOnce = 256 << 10;

    private readonly Lock _gate = new();
    private readonly Entry _root = new(0) { Children = [] };
    private ulong _next;

    public override void Flush(string path)
    {
        lock (_gate)
        {
            Look();
            base.Flush(path);
            log.Add(new FlushRecord(Find(path).Number));
        }
    }

    public override void FlushFolder(string path)
    {
        lock (_gate)
        {
            Look();
            base.FlushFolder(path);
            log.Add(new FlushRecord(Find(path).Number));
        }
    }

    public override void Replace(string path, string with)
    {
        lock (_gate)
        {
            Look();
            base.Replace(path, with);
            Renamed(with, path);
        }
    }

    public override void MoveFolder(string from, string to)
    {
        lock (_gate)
        {
            Look();
            base.MoveFolder(from, to);
            Renamed(from, to);
        }
    }

    /// <summary>Records what has changed.</summary>
    public void Look()
    {
        lock (_gate)
            Compare(_root, isolated);
    }

    private void Compare(Entry folder, string path)
    {
        var children = folder.Children!;
        foreach (var (name, gone) in children.Where(c => !Path.Exists(Path.Join(path, c.Key))).ToList())
        {
            if (gone.Children is not null)
                Compare(gone, Path.Join(path, name));
            log.Add(new EntryStep(folder.Number, name, null));
            children.Remove(name);
        }
        if (!Directory.Exists(path))
            return;
        foreach (var found in new DirectoryInfo(path).EnumerateFileSystemInfos().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (!children.TryGetValue(found.Name, out var entry))
            {
                entry = new(log.NewNumber(0, ++_next)) { Children = found is DirectoryInfo ? [] : null };
                children.Add(found.Name, entry);
                log.Add(new EntryStep(folder.Number, found.Name, entry.Number, MakesDirectory: found is DirectoryInfo));
            }
            if (entry.Children is not null)
                Compare(entry, found.FullName);
            else
                CompareContent(entry, found.FullName);
        }
    }

    private void CompareContent(Entry file, string path)
    {
        // Locks are empty, and cannot be opened while they are held.
        if (file.Content.Length == 0 && new FileInfo(path).Length == 0)
            return;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        if (content.AsSpan().SequenceEqual(file.Content))
            return;
        if (content.Length < file.Content.Length)
            log.Add(new LengthStep(file.Number, content.Length));
        for (var at = 0; at < content.Length; at += MostAtOnce)
            log.Add(new DataStep(file.Number, at, content[at..Math.Min(content.Length, at + MostAtOnce)]));
        file.Content = content;
    }

    private void Renamed(string from, string to)
    {
        var (oldFolder, newFolder) = (Find(Path.GetDirectoryName(from)!), Find(Path.GetDirectoryName(to)!));
        var moved = oldFolder.Children![Path.GetFileName(from)];
        oldFolder.Children.Remove(Path.GetFileName(from));
        newFolder.Children![Path.GetFileName(to)] = moved;
        log.Add(new EntryStep(newFolder.Number, Path.GetFileName(to), moved.Number, (oldFolder.Number, Path.GetFileName(from))));
    }

    private Entry Find(string path)
    {
        var relative = Path.GetRelativePath(isolated, path);
        return relative == "." ? _root : relative.Split(Path.DirectorySeparatorChar).Aggregate(_root, (folder, name) => folder.Children![name]);
    }

    private sealed class Entry(int number)
    {
        public int Number => number;

        /// <summary>What is in a folder; null for a file.</summary>
        public Dictionary<string, Entry>? Children { get; init; }

        public byte[] Content { get; set; } = [];
    }
}
