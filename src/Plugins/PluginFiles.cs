using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Cairn.Errors;
using Cairn.LocalFiles;

namespace Cairn.Plugins;

/// <summary>The files of a plugin's folder: which there are, and what their SHA-256 is.</summary>
internal static class PluginFiles
{
    /// <summary>Every file below a folder by its relative path with <c>/</c>. Links are never followed and are reported apart.</summary>
    /// <exception cref="StoreException">There are more than <see cref="PluginLimits.Files"/>.</exception>
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

    /// <summary>The SHA-256 of a file.</summary>
    public static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        var stream = LocalFile.OpenRead(path);
        await using (stream.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Compares a folder with what is pinned.</summary>
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

    /// <summary>Compares the names in a folder with those that are pinned; no content is read.</summary>
    public static PluginCheck CheckNames(string folder, IReadOnlyDictionary<string, string> pins)
    {
        if (!Directory.Exists(folder))
            return new([], [], [.. pins.Keys.Order(StringComparer.Ordinal)]);
        var (files, links) = Read(folder, new() { Files = int.MaxValue });
        return new([], [.. files.Keys.Where(f => !pins.ContainsKey(f)), .. links], [.. pins.Keys.Where(p => !files.ContainsKey(p)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>What every file of a folder is now; a folder with links is refused.</summary>
    public static async Task<SortedDictionary<string, string>> DigestAllAsync(string folder, CancellationToken cancellationToken)
    {
        var (files, links) = Read(folder, new());
        RefuseLinks(folder, links);
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, file) in files)
            digests.Add(path, await DigestAsync(file.FullName, cancellationToken).ConfigureAwait(false));
        return digests;
    }

    /// <summary>Copies a folder's files, within the limits, under the rules that hold for archives too.</summary>
    /// <returns>The SHA-256 of what was written, by relative path.</returns>
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

    /// <summary>Writes a new file and digests the bytes that it writes.</summary>
    /// <param name="content">What to write.</param>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="tooMany">What to throw beyond.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="checksum">Takes the bytes as well; null for nothing.</param>
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
            throw PluginErrors.BadPackage(folder, $"it holds a link, {ErrorText.Escape(links[0])}, and links are never followed");
    }
}
