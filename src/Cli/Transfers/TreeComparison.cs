using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Cairn.Cli;

/// <summary>What has to be done with one path to make two trees equal.</summary>
internal enum SyncAction
{
    /// <summary>Nothing: the files are taken to be the same.</summary>
    Keep,

    /// <summary>Copy the source's file.</summary>
    Copy,

    /// <summary>Make an empty folder.</summary>
    MakeDirectory,

    /// <summary>The target has it and the source does not.</summary>
    Extra,
}

/// <summary>One path of the comparison.</summary>
/// <param name="Action">What has to be done.</param>
/// <param name="Path">The path below the trees' roots.</param>
/// <param name="Entry">The source's entry, or the target's where the source has none.</param>
/// <param name="Reason">Why, in a word or two.</param>
internal sealed record SyncStep(SyncAction Action, ArtifactPath Path, ArtifactInfo Entry, string Reason);

/// <summary>Compares two trees by walking both listings side by side: they come in one order, so memory does not grow with the trees.</summary>
/// <remarks>
/// Two files are the same when their lengths are equal and, where both stores know a checksum of one kind, these are; otherwise when the target's is not older than the
/// source's. Etags are not compared: each store has its own. By content, both files are read and their SHA-256 compared instead of the times.
/// </remarks>
internal sealed class TreeComparison(Location source, Location target, bool byContent)
{
    public Location Source => source;

    public Location Target => target;

    public async IAsyncEnumerable<SyncStep> CompareAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new ListOptions { Recursive = true, IncludeEmptyDirectories = true };
        var left = source.Store.ListAsync(source.Path, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var leftOwner = left.ConfigureAwait(false);
        var right = target.Store.ListAsync(target.Path, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var rightOwner = right.ConfigureAwait(false);
        var a = await NextAsync(left, source.Path).ConfigureAwait(false);
        var b = await NextAsync(right, target.Path).ConfigureAwait(false);
        while (a is not null || b is not null)
        {
            var order = a is null ? 1 : b is null ? -1 : Utf8Order.Compare(a.Value.Key, b.Value.Key);
            if (order < 0)
                yield return new(a!.Value.Info.IsDirectory ? SyncAction.MakeDirectory : SyncAction.Copy, a.Value.Path, a.Value.Info, "new");
            else if (order > 0)
            {
                // An empty folder that the source has with something in it is no extra.
                var filled = b!.Value.Info.IsDirectory && a is not null && a.Value.Key.StartsWith(b.Value.Key, StringComparison.Ordinal);
                yield return new(filled ? SyncAction.Keep : SyncAction.Extra, b.Value.Path, b.Value.Info, "not in the source");
            }
            else
                yield return await CompareAsync(a!.Value, b!.Value.Info, cancellationToken).ConfigureAwait(false);
            if (order <= 0)
                a = await NextAsync(left, source.Path).ConfigureAwait(false);
            if (order >= 0)
                b = await NextAsync(right, target.Path).ConfigureAwait(false);
        }
    }

    private static async ValueTask<Entry?> NextAsync(IAsyncEnumerator<ArtifactInfo> listing, ArtifactPath root)
    {
        if (!await listing.MoveNextAsync().ConfigureAwait(false))
            return null;
        var info = listing.Current;
        var path = info.Path.RelativeTo(root);
        return new(info, path, info.IsDirectory ? path.Value + "/" : path.Value);
    }

    private static async Task<byte[]> HashAsync(Location location, ArtifactPath path, CancellationToken cancellationToken)
    {
        var content = await location.Store.OpenReadAsync(location.Path / path, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
            return await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<SyncStep> CompareAsync(Entry a, ArtifactInfo b, CancellationToken cancellationToken)
    {
        var reason = await DifferenceAsync(a, b, cancellationToken).ConfigureAwait(false);
        return new(reason is null ? SyncAction.Keep : SyncAction.Copy, a.Path, a.Info, reason ?? "same");
    }

    private async ValueTask<string?> DifferenceAsync(Entry a, ArtifactInfo b, CancellationToken cancellationToken)
    {
        if (a.Info.IsDirectory)
            return null;
        if (a.Info.Length != b.Length)
            return "length";
        if (a.Info.Checksum is { } sum && b.Checksum is { } other && sum.Algorithm == other.Algorithm)
            return sum == other ? null : "content";
        if (byContent)
        {
            var here = await HashAsync(source, a.Path, cancellationToken).ConfigureAwait(false);
            var there = await HashAsync(target, a.Path, cancellationToken).ConfigureAwait(false);
            return here.AsSpan().SequenceEqual(there) ? null : "content";
        }
        return a.Info.Modified is { } mine && b.Modified is { } theirs && theirs >= mine ? null : "newer";
    }

    private readonly record struct Entry(ArtifactInfo Info, ArtifactPath Path, string Key);
}
