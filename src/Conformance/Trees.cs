using System.Text;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Makes trees of small files and reads them back as text: what most suites need to say in one line.</summary>
internal static class Trees
{
    /// <summary>Writes one file for each path; its content is its own path.</summary>
    public static Task SeedAsync(this ArtifactStore store, IEnumerable<string> paths, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            paths,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
            async (path, token) => await store.WriteTextAsync(path, path, WriteMode.Replace, cancellationToken: token).ConfigureAwait(false));

    /// <summary>Writes one file whose content is given.</summary>
    public static Task PutAsync(this ArtifactStore store, StorePath path, string content, CancellationToken cancellationToken) =>
        store.WriteTextAsync(path, content, WriteMode.Replace, cancellationToken: cancellationToken);

    /// <summary>The order keys of a listing, in the order that they came: a directory ends in <c>/</c>.</summary>
    public static async Task<List<string>> KeysAsync(this IAsyncEnumerable<StoreEntry> entries)
    {
        var keys = new List<string>();
        await foreach (var entry in entries.ConfigureAwait(false))
            keys.Add(entry.OrderKey);
        return keys;
    }

    /// <summary>What is right below a directory.</summary>
    public static Task<List<string>> ListKeysAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken) =>
        store.ListAsync(directory, null, cancellationToken).KeysAsync();

    /// <summary>Every file below a directory.</summary>
    public static Task<List<string>> AllKeysAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken) =>
        store.ListAsync(directory, new ListOptions { Recursive = true }, cancellationToken).KeysAsync();

    /// <summary>Every file and every empty directory below a directory.</summary>
    public static Task<List<string>> WholeTreeAsync(this ArtifactStore store, StorePath directory, CancellationToken cancellationToken) =>
        store.ListAsync(directory, new ListOptions { Recursive = true, IncludeEmptyDirectories = true }, cancellationToken).KeysAsync();

    /// <summary>Every file below a directory with its content, by path relative to the directory; an empty directory is there with null.</summary>
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

    /// <summary>The files of a local folder with their contents, by relative path with <c>/</c>; an empty folder is there with null.</summary>
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

    /// <summary>The keys in the order of their UTF-8 bytes, found by comparing the bytes.</summary>
    public static List<string> InByteOrder(IEnumerable<string> keys) =>
        [.. keys.Order(Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))))];

    /// <summary>Two contents are the same; says where they are not.</summary>
    public static void AssertSame(byte[] expected, byte[] actual, string? what = null)
    {
        var common = expected.AsSpan().CommonPrefixLength(actual);
        if (common < expected.Length || common < actual.Length)
            Assert.Fail($"{what ?? "The content differs."} It is of {actual.Length} bytes instead of {expected.Length}, and alike in the first {common}.");
    }

    /// <summary>Content of a length that differs at every place and from seed to seed.</summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
