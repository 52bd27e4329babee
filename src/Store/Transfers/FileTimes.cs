using System.Globalization;
using Cairn.Engine;
using Cairn.Listing;

namespace Cairn.Transfers;

/// <summary>
/// The modified time of the source of a copy, as recorded by the target: the time of the file if the store keeps the specified time; otherwise, the metadata
/// <c>mtime</c> (seconds since 1970, as rclone writes it).
/// </summary>
internal static class FileTimes
{
    private const string Name = "mtime";

    /// <summary>Adds the time of a source and its executable attribute, as far as the target can keep them.</summary>
    public static OpenWriteOptions Keep(OpenWriteOptions options, StoreCore target, DateTimeOffset? modified, bool isExecutable)
    {
        var can = target.Capabilities;
        if (isExecutable && can.Executable)
            options = options with { IsExecutable = true };
        if (options.Modified is not null || modified is not { } time)
            return options;
        if (can.ModifiedTime)
            return options with { Modified = time };
        return can.Metadata && !options.Metadata.ContainsKey(Name)
            ? options with { Metadata = new Dictionary<string, string>(options.Metadata) { [Name] = Format(time) } }
            : options;
    }

    /// <summary>Returns the time that a copy of a file records: the recorded time of the file, or otherwise its modified time.</summary>
    public static DateTimeOffset? Of(StoreEntry info) => Remembered(info) ?? info.Modified;

    /// <summary>Compares the times of two files of equal length, as far as the listings contain them.</summary>
    /// <returns>false if the recorded times must be requested from the stores.</returns>
    public static bool TryDecide(TreeSource source, TransferItem item, StoreCore target, StoreEntry there, out string? difference)
    {
        difference = null;
        var kept = target.Capabilities.ModifiedTime ? there.Modified : Remembered(there);
        if (kept is null && target.Capabilities.Metadata)
            return false;
        if (kept is null)
            difference = IsOlder(there, item) ? "newer" : null;
        else if (item.Modified is not { } time || !AreEqual(time, kept.Value))
        {
            difference = "time";
            return source is not StoreSource { Store.Capabilities: { Metadata: true, ModifiedTime: false } };
        }
        return true;
    }

    /// <summary>Returns the reason why two files of equal length differ by time, or null if they are considered equal.</summary>
    public static async ValueTask<string?> DifferenceAsync(TreeSource source, TransferItem item, StoreCore target, StoreEntry there, CancellationToken cancellationToken)
    {
        var remembered = target.Capabilities.ModifiedTime ? there.Modified : Remembered(there) ?? await AskAsync(target, there.Path, cancellationToken).ConfigureAwait(false);
        if (remembered is not { } kept)
            return IsOlder(there, item) ? "newer" : null;
        if (item.Modified is { } time && AreEqual(time, kept))
            return null;
        return source is StoreSource tree && await AskAsync(tree.Store, tree.Root / item.Path, cancellationToken).ConfigureAwait(false) is { } known && AreEqual(known, kept) ? null : "time";
    }

    /// <summary>Returns whether a file system with a resolution of whole seconds explains the difference.</summary>
    private static bool AreEqual(DateTimeOffset time, DateTimeOffset kept) =>
        time == kept || (kept.UtcTicks % TimeSpan.TicksPerSecond == 0 && time.UtcTicks - kept.UtcTicks is > 0 and < TimeSpan.TicksPerSecond);

    private static bool IsOlder(StoreEntry there, TransferItem item) => !(item.Modified is { } mine && there.Modified is { } theirs && theirs >= mine);

    private static async ValueTask<DateTimeOffset?> AskAsync(StoreCore store, StorePath path, CancellationToken cancellationToken) =>
        store.Capabilities is { Metadata: true, ModifiedTime: false } && await store.TryStatAsync(path, cancellationToken).ConfigureAwait(false) is { } info ? Remembered(info) : null;

    private static DateTimeOffset? Remembered(StoreEntry info) =>
        info.Metadata.TryGetValue(Name, out var text) && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > -62_135_596_800m and < 253_402_300_800m
            ? DateTimeOffset.UnixEpoch.AddTicks((long)decimal.Floor(seconds * TimeSpan.TicksPerSecond))
            : null;

    private static string Format(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        return (ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.0000000", CultureInfo.InvariantCulture);
    }
}
