using System.IO.Compression;
using System.IO.Hashing;
using Cairn.Errors;
using Cairn.Listing;

namespace Cairn.Plugins;

/// <summary>Unpacks the plugin in a <c>.nupkg</c>: the files in its folder <c>cairn-plugin/</c>.</summary>
internal static class PluginArchive
{
    /// <summary>The folder of a package that contains the plugin.</summary>
    public const string Root = "cairn-plugin/";

    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const long FreeOfRatio = 1 << 20;

    /// <summary>Unpacks a package into an empty folder.</summary>
    /// <param name="package">The archive, a seekable stream.</param>
    /// <param name="origin">The source of the archive, for messages.</param>
    /// <param name="target">The empty folder.</param>
    /// <param name="limits">The size limits. They apply to the bytes that are unpacked, not to the lengths that the archive declares.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The SHA-256 of each written file, by relative path.</returns>
    /// <exception cref="StoreException">An entry is outside the folder, is a link or collides with another entry, or a limit is exceeded. Nothing outside of
    /// <paramref name="target"/> was written.</exception>
    public static async Task<SortedDictionary<string, string>> UnpackAsync(Stream package, string origin, string target, PluginLimits limits, CancellationToken cancellationToken)
    {
        if (package.Length > limits.PackageBytes)
            throw PluginErrors.BadPackage(origin, $"it is larger than {limits.PackageBytes} bytes");
        try
        {
            var archive = await ZipArchive.CreateAsync(package, ZipArchiveMode.Read, leaveOpen: true, null, cancellationToken).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
                return await UnpackAsync(archive, package.Length, origin, target, limits, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw PluginErrors.BadPackage(origin, $"it is not a complete .nupkg: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static async Task<SortedDictionary<string, string>> UnpackAsync(
        ZipArchive archive, long packed, string origin, string target, PluginLimits limits, CancellationToken cancellationToken)
    {
        if (archive.Entries.Count > limits.Files)
            throw PluginErrors.BadPackage(origin, $"it has {archive.Entries.Count} entries, more than {limits.Files}");
        var names = new PluginNames(origin);
        var accepted = new List<(ZipArchiveEntry Entry, string Path)>();
        foreach (var entry in archive.Entries)
        {
            var path = Unescape(entry.FullName, origin);
            var isFolder = path.EndsWith('/');
            RefuseSpecial(entry, path, isFolder, origin);
            if (isFolder)
                continue;
            names.Accept(path);
            if (path.StartsWith(Root, StringComparison.Ordinal))
                accepted.Add((entry, path[Root.Length..]));
        }
        if (!accepted.Exists(a => a.Path == PluginManifest.FileName))
            throw PluginErrors.BadPackage(origin, $"it does not contain {Root}{PluginManifest.FileName}, so it is not a Cairn plugin");

        var most = Math.Min(limits.TotalBytes, Math.Max(FreeOfRatio, packed * limits.Ratio));
        var total = 0L;
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (entry, path) in accepted)
        {
            var content = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                // The base library does not verify the checksums of entries.
                var checksum = new Crc32();
                var (length, digest) = await PluginFiles.WriteAsync(content, Path.Join(target, path), most - total, TooLarge, cancellationToken, checksum).ConfigureAwait(false);
                if (checksum.GetCurrentHashAsUInt32() != entry.Crc32)
                    throw PluginErrors.BadPackage(origin, $"the entry '{ErrorText.Escape(path)}' is damaged: its content does not match its checksum");
                total += length;
                digests.Add(path, digest);
            }
        }
        return digests;

        StoreException TooLarge() => PluginErrors.BadPackage(
            origin,
            most == limits.TotalBytes
                ? $"its files are more than {limits.TotalBytes} bytes"
                : $"its files are more than {limits.Ratio} times as large as the package of {packed} bytes, which suggests a decompression bomb");
    }

    /// <summary>Names in packages are percent-encoded. The decoded name is checked.</summary>
    private static string Unescape(string name, string origin)
    {
        var path = Uri.UnescapeDataString(name);
        return path.Length == 0 || path[0] == '/' || path.Contains('\\')
            ? throw PluginErrors.BadPackage(origin, $"the entry '{ErrorText.Escape(path)}' is not accepted: it is empty, absolute, or contains a '\\'")
            : path;
    }

    private static void RefuseSpecial(ZipArchiveEntry entry, string path, bool isFolder, string origin)
    {
        var type = (entry.ExternalAttributes >> 16) & TypeMask;
        var isReparsePoint = ((FileAttributes)(entry.ExternalAttributes & 0xFFFF) & FileAttributes.ReparsePoint) != 0;
        if (isReparsePoint || (type != 0 && type != (isFolder ? Folder : RegularFile)))
            throw PluginErrors.BadPackage(origin, $"the entry '{ErrorText.Escape(path)}' is not accepted: it is not an ordinary file");
    }
}
