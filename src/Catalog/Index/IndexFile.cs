using System.Globalization;
using System.Text;
using Cairn.Artifacts;
using Cairn.Durable;
using Cairn.Errors;

namespace Cairn.Catalog.Index;

/// <summary>The file of an index, and the mark beside it that tells whether the file can be used.</summary>
/// <remarks>
/// The database never waits for the disk. Therefore, the mark <c>open</c> with the id of the machine's run is stored durably before the first write; the mark <c>clean</c>, with the length and
/// the time of the file, after the database was flushed. A file that was left <c>open</c> is used while the machine has not been started again, since the system still writes what it was given.
/// Every other file is dropped: the index can always be built again.
/// </remarks>
internal sealed class IndexFile
{
    private static readonly TimeSpan _keptFor = TimeSpan.FromDays(7);
    private const int Attempts = 3;
    private readonly string _mark;
    private readonly string _boot;

    /// <summary>Initializes the file of an index.</summary>
    /// <param name="folder">The folder, which is created if necessary.</param>
    /// <param name="catalog">The id of the catalog.</param>
    /// <param name="root">The address of the store: a copy of a store has the same catalog, and an index of its own.</param>
    /// <param name="schema">The number of the schema.</param>
    /// <param name="boot">The id of the machine's run; empty if unknown.</param>
    public IndexFile(string folder, Guid catalog, string root, int schema, string boot)
    {
        Prefix = $"{catalog}-{KeyOf(root)}-";
        (Folder, _boot) = (folder, boot);
        Path = System.IO.Path.Join(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{schema}.db"));
        _mark = Path + ".mark";
    }

    /// <summary>Gets the full path of the database.</summary>
    public string Path { get; }

    private string Folder { get; }

    private string Prefix { get; }

    /// <summary>Finds the catalog of which a folder holds the index for a store.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="root">The address of the store.</param>
    /// <param name="schema">The number of the schema.</param>
    /// <returns>The id of the catalog; null if there is no such index, or if there are several.</returns>
    public static Guid? FindCatalog(string folder, string root, int schema)
    {
        if (!Directory.Exists(folder))
            return null;
        var ending = string.Create(CultureInfo.InvariantCulture, $"-{KeyOf(root)}-{schema}.db");
        var found = Directory.EnumerateFiles(folder, $"*{ending}").Select(f => System.IO.Path.GetFileName(f)[..^ending.Length]).Take(2).ToList();
        return found.Count == 1 && Guid.TryParseExact(found[0], "D", out var catalog) ? catalog : null;
    }

    /// <summary>Prepares the file for writing: drops one that cannot be used, and marks it as open.</summary>
    /// <exception cref="StoreException">The folder cannot be written to.</exception>
    public void Open()
    {
        try
        {
            DurableDisk.Local.MakeFolders(Folder);
            var mark = ReadMark();
            if (mark != OpenMark || _boot.Length == 0)
            {
                if (File.Exists(Path) && mark != CleanMark())
                    Drop();
                SetMark(OpenMark);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.Unavailable, $"the index of the catalog cannot be written in '{Folder}': {e.Message.TrimEnd('.')}")
            {
                Advice = "Choose a folder on a local disk that this user can write to.",
            }, e);
        }
    }

    /// <summary>Marks the file as open if another process has marked it as clean. Called before each write.</summary>
    public void KeepOpen()
    {
        if (ReadMark() != OpenMark)
            SetMark(OpenMark);
    }

    /// <summary>Flushes the file and marks it as clean. No connection may be open.</summary>
    public void Close()
    {
        if (!File.Exists(Path))
            return;
        DurableDisk.Local.Flush(Path);
        SetMark(CleanMark());
    }

    /// <summary>Removes the database. Processes that have it open keep the removed one.</summary>
    public void Drop()
    {
        if (!Directory.Exists(Folder))
            return;
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
            File.Delete(Path + suffix);
    }

    /// <summary>Removes the files of other schemas that nobody has written for a week.</summary>
    /// <param name="now">The time.</param>
    public void RemoveOthers(DateTimeOffset now)
    {
        if (!Directory.Exists(Folder))
            return;
        // The files of one schema go together: the newest changes may be in a file beside the database.
        foreach (var schema in Directory.GetFiles(Folder, Prefix + "*").GroupBy(f => System.IO.Path.GetFileName(f)[Prefix.Length..].Split('.')[0]))
        {
            if (schema.All(f => !f.StartsWith(Path, StringComparison.Ordinal)) && now - schema.Max(File.GetLastWriteTimeUtc) > _keptFor)
            {
                foreach (var other in schema)
                    File.Delete(other);
            }
        }
    }

    private static string KeyOf(string root) => BlobDigest.Of(Encoding.UTF8.GetBytes(root)).Hex[..16];

    private string OpenMark => $"open {_boot}\n";

    private string CleanMark()
    {
        var file = new FileInfo(Path);
        return string.Create(CultureInfo.InvariantCulture, $"clean {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
    }

    private string ReadMark()
    {
        try
        {
            return File.ReadAllText(_mark);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    private void SetMark(string text)
    {
        for (var attempt = 1; ; attempt++)
        {
            var next = $"{_mark}.{Guid.NewGuid():N}";
            try
            {
                DurableDisk.Local.Create(next, Encoding.UTF8.GetBytes(text));
                DurableDisk.Local.Flush(next);
                DurableDisk.Local.Replace(_mark, next);
                DurableDisk.Local.FlushFolder(Folder);
                return;
            }
            catch (FileNotFoundException) when (attempt < Attempts)
            {
                // Somebody deletes the files of the folder.
            }
        }
    }
}
