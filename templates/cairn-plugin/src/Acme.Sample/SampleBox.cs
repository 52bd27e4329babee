using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn;

namespace Acme.Sample;

/// <summary>One key of a box.</summary>
internal sealed record SampleEntry(string Key, string ETag, long Length, DateTimeOffset Modified)
{
    public StoreEntry Describe(StorePath path) => new() { Path = path, Length = Length, ETag = ETag, Modified = Modified };
}

/// <summary>
/// The storage: a local folder with one small index file per key. The index file is named after the hash of the key and contains the etag of the current
/// content; the content is in a file that is named after the etag and never changes. Replace this class with the client of your service.
/// </summary>
internal sealed class SampleBox(string folder, TimeProvider time)
{
    private const string EntryEnding = ".key";

    public string ContentOf(string etag) => Path.Join(folder, etag);

    public SampleEntry? Find(string key) => Read(FileOf(key));

    public IEnumerable<SampleEntry> All() =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + EntryEnding).Select(Read).OfType<SampleEntry>() : [];

    /// <summary>Publishes content under its key if the condition holds. The check and the publication are atomic.</summary>
    public async ValueTask<SampleEntry> PublishAsync(string key, string etag, long length, Action<SampleEntry?> condition, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        var before = Find(key);
        condition(before);
        var entry = new SampleEntry(key, etag, length, time.GetUtcNow());
        var temp = FileOf(key) + ".new";
        await File.WriteAllTextAsync(
            temp,
            string.Create(CultureInfo.InvariantCulture, $"{etag} {length} {entry.Modified.UtcTicks} {Uri.EscapeDataString(key)}"),
            CancellationToken.None).ConfigureAwait(false);
        File.Move(temp, FileOf(key), overwrite: true);
        if (before is not null)
            File.Delete(ContentOf(before.ETag));
        return entry;
    }

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        if (Find(key) is null)
            return false;
        await using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (Find(key) is not { } entry)
            return false;
        File.Delete(FileOf(key));
        File.Delete(ContentOf(entry.ETag));
        return true;
    }

    private static SampleEntry? Read(string file)
    {
        try
        {
            var words = File.ReadAllText(file).Split(' ');
            var modified = new DateTimeOffset(long.Parse(words[2], CultureInfo.InvariantCulture), TimeSpan.Zero);
            return new(Uri.UnescapeDataString(words[3]), words[0], long.Parse(words[1], CultureInfo.InvariantCulture), modified);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string FileOf(string key) => Path.Join(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) + EntryEnding);

    private async ValueTask<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new(Path.Join(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another writer, in this or another process, holds the lock for a moment.
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 5)), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
