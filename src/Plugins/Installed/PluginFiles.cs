using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Cairn.Errors;
using Cairn.LocalFiles;

namespace Cairn.Plugins;

/// <summary>Lists and digests the files in the folder of a plugin.</summary>
internal static class PluginFiles
{
    /// <summary>Lists all files below a folder by relative path with <c>/</c>. Links are never followed and are returned separately.</summary>
    /// <exception cref="StoreException">The folder contains more than <see cref="PluginLimits.Files"/> files.</exception>
    public static (SortedDictionary<string, FileInfo> Files, List<string> Links) Read(string folder, PluginLimits limits)
    {
        var files = new SortedDictionary<string, FileInfo>(StringComparer.Ordinal);
        var links = new List<string>();
        var root = new DirectoryInfo(folder);
        if (IsLink(root))
            links.Add("the folder itself");
        else
            Visit(root, "");
        return (files, links);

        void Visit(DirectoryInfo directory, string prefix)
        {
            foreach (var entry in directory.EnumerateFileSystemInfos())
            {
                var path = prefix + entry.Name;
                if (IsLink(entry))
                    links.Add(path);
                else if (entry is DirectoryInfo below)
                    Visit(below, path + "/");
                else
                    files.Add(path, (FileInfo)entry);
                if (files.Count + links.Count > limits.Files)
                    throw PluginErrors.BadPackage(folder, $"it has more than {limits.Files} files");
            }
        }
    }

    /// <summary>Computes the SHA-256 of a file.</summary>
    public static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        var stream = LocalFile.OpenRead(path);
        await using (stream.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Compares a folder with its pins.</summary>
    public static async Task<PluginCheck> CheckAsync(string folder, IReadOnlyDictionary<string, string> pins, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            return new([], [], [.. pins.Keys.Order(StringComparer.Ordinal)]);
        var (files, links) = Read(folder, new() { Files = int.MaxValue });
        var changed = new List<string>();
        var added = new List<string>(links);
        foreach (var (path, file) in files)
        {
            if (!pins.TryGetValue(path, out var digest))
                added.Add(path);
            else if (await DigestAsync(file.FullName, cancellationToken).ConfigureAwait(false) != digest)
                changed.Add(path);
        }
        return new(changed, added, [.. pins.Keys.Where(p => !files.ContainsKey(p)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Compares the names in a folder with the pinned names, without reading any content.</summary>
    public static PluginCheck CheckNames(string folder, IReadOnlyDictionary<string, string> pins)
    {
        if (!Directory.Exists(folder))
            return new([], [], [.. pins.Keys.Order(StringComparer.Ordinal)]);
        var (files, links) = Read(folder, new() { Files = int.MaxValue });
        return new([], [.. files.Keys.Where(f => !pins.ContainsKey(f)), .. links], [.. pins.Keys.Where(p => !files.ContainsKey(p)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Computes the digests of all files of a folder. A folder with links is refused.</summary>
    public static async Task<SortedDictionary<string, string>> DigestAllAsync(string folder, CancellationToken cancellationToken)
    {
        var (files, links) = Read(folder, new());
        RefuseLinks(folder, links);
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, file) in files)
            digests.Add(path, await DigestAsync(file.FullName, cancellationToken).ConfigureAwait(false));
        return digests;
    }

    /// <summary>Copies the files of a folder, subject to the same limits and rules as archives.</summary>
    /// <returns>The SHA-256 of each written file, by relative path.</returns>
    public static async Task<SortedDictionary<string, string>> CopyAsync(string source, string target, PluginLimits limits, CancellationToken cancellationToken)
    {
        var (files, links) = Read(source, limits);
        RefuseLinks(source, links);
        var names = new PluginNames(source);
        var total = 0L;
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, file) in files)
        {
            names.Accept(path);
            var from = LocalFile.OpenRead(file.FullName);
            await using (from.ConfigureAwait(false))
            {
                var (length, digest) = await WriteAsync(
                    from, Path.Join(target, path), limits.TotalBytes - total, () => PluginErrors.BadPackage(source, $"its files are more than {limits.TotalBytes} bytes"), cancellationToken)
                    .ConfigureAwait(false);
                total += length;
                digests.Add(path, digest);
            }
        }
        return digests;
    }

    /// <summary>Writes a new file and computes the digest of the written bytes.</summary>
    /// <param name="content">The content.</param>
    /// <param name="path">The path of the file; its folder is created.</param>
    /// <param name="most">The maximum number of bytes.</param>
    /// <param name="tooMany">Creates the exception that is thrown if the content is longer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="checksum">Receives the written bytes as well. Optional.</param>
    public static async Task<(long Length, string Digest)> WriteAsync(
        Stream content, string path, long most, Func<Exception> tooMany, CancellationToken cancellationToken, NonCryptographicHashAlgorithm? checksum = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(81920);
        try
        {
            var length = 0L;
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    if ((length += read) > most)
                        throw tooMany();
                    digest.AppendData(buffer, 0, read);
                    checksum?.Append(buffer.AsSpan(0, read));
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                }
            }
            return (length, Convert.ToHexStringLower(digest.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsLink(FileSystemInfo entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    private static void RefuseLinks(string folder, List<string> links)
    {
        if (links.Count > 0)
            throw PluginErrors.BadPackage(folder, $"it contains a link, {ErrorText.Escape(links[0])}, and links are never followed");
    }
}
