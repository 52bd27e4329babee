using System.Text;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Creates trees of small files and reads them back as text.</summary>
internal static class Trees
{
    /// <summary>Writes one file for each path, with its path as content.</summary>
    public static Task SeedAsync(this ArtifactStore store, IEnumerable<string> paths, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            paths,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
            async (path, token) => await store.WriteTextAsync(path, path, WriteMode.Replace, cancellationToken: token).ConfigureAwait(false));

    /// <summary>Writes one file with the given content.</summary>
    public static Task PutAsync(this ArtifactStore store, StorePath path, string content, CancellationToken cancellationToken) =>
        store.WriteTextAsync(path, content, WriteMode.Replace, cancellationToken: cancellationToken);

    /// <summary>Returns the order keys of a listing, in the order of the listing. Keys of directories end with <c>/</c>.</summary>
    public static async Task<List<string>> KeysAsync(this IAsyncEnumerable<StoreEntry> entries)
    {
        var keys = new List<string>();
        await foreach (var entry in entries.ConfigureAwait(false))
            keys.Add(entry.OrderKey);
        return keys;
    }

    /// <summary>Returns the direct entries of a directory.</summary>
    public static Task<List<string>> ListKeysAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken) =>
        store.ListAsync(directory, null, cancellationToken).KeysAsync();

    /// <summary>Returns all files below a directory.</summary>
    public static Task<List<string>> AllKeysAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken) =>
        store.ListAsync(directory, new ListOptions { Recursive = true }, cancellationToken).KeysAsync();

    /// <summary>Returns all files and all empty directories below a directory.</summary>
    public static Task<List<string>> WholeTreeAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken) =>
        store.ListAsync(directory, new ListOptions { Recursive = true, IncludeEmptyDirectories = true }, cancellationToken).KeysAsync();

    /// <summary>Returns all files below a directory with their content, by relative path. The value of an empty directory is null.</summary>
    public static async Task<SortedDictionary<string, string?>> ContentsAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken)
    {
        var contents = new SortedDictionary<string, string?>(Utf8Order.Comparer);
        var options = new ListOptions { Recursive = true, IncludeEmptyDirectories = true };
        await foreach (var entry in store.ListAsync(directory, options, cancellationToken).ConfigureAwait(false))
        {
            contents[entry.At(entry.Path.RelativeTo(directory)).OrderKey] = entry.IsDirectory
                ? null
                : await store.ReadTextAsync(entry.Path, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        return contents;
    }

    /// <summary>Returns the files of a local folder with their content, by relative path with <c>/</c>. The value of an empty folder is null.</summary>
    public static SortedDictionary<string, string?> LocalContents(string folder)
    {
        var contents = new SortedDictionary<string, string?>(Utf8Order.Comparer);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            contents[Path.GetRelativePath(folder, file).Replace('\\', '/')] = File.ReadAllText(file, Encoding.UTF8);
        foreach (var directory in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
        {
            if (!Directory.EnumerateFileSystemEntries(directory).Any())
                contents[Path.GetRelativePath(folder, directory).Replace('\\', '/') + "/"] = null;
        }
        return contents;
    }

    /// <summary>Orders the keys by their UTF-8 bytes.</summary>
    public static List<string> InByteOrder(IEnumerable<string> keys) =>
        [.. keys.Order(Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))))];

    /// <summary>Asserts that two contents are equal, and reports the first difference.</summary>
    public static void AssertSame(byte[] expected, byte[] actual, string? what = null)
    {
        var common = expected.AsSpan().CommonPrefixLength(actual);
        if (common < expected.Length || common < actual.Length)
            Assert.Fail($"{what ?? "The content differs."} It is of {actual.Length} bytes instead of {expected.Length}, and alike in the first {common}.");
    }

    /// <summary>Returns content of a given length that differs at every position and for every seed.</summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
