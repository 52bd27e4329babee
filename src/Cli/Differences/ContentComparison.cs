using System.Text;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Cli.Commands;
using Cairn.Materializers;

namespace Cairn.Cli;

/// <summary>Compares the content of two versions: files of text line by line, otherwise the previews of the artifacts.</summary>
internal sealed class ContentComparison(Session session, ArtifactRepository repository, VersionDiff versions)
{
    /// <summary>The longest file that is read.</summary>
    public const long MostRead = 1 << 20;

    /// <summary>The most files that are read.</summary>
    public const int MostFiles = 100;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Compares the files that differ. A pair that is not text is left out.</summary>
    public async Task<IReadOnlyList<ContentDifference>> CompareAsync(CancellationToken cancellationToken)
    {
        var found = new List<ContentDifference>();
        foreach (var (from, to) in Pairs().Take(MostFiles))
        {
            if (await ReadAsync(versions.From, from, cancellationToken).ConfigureAwait(false) is { } before && await ReadAsync(versions.To, to, cancellationToken).ConfigureAwait(false) is { } after)
                found.Add(new(from.Name.Value, to.Name.Value, false, LineDiff.Unified(before, after)));
        }
        if (found.Count == 0 && versions.Files.Count > 0 && await ComparePreviewsAsync(cancellationToken).ConfigureAwait(false) is { Lines: not { Count: 0 } } previews)
            found.Add(previews);
        return found;
    }

    /// <summary>The files of one name that differ; the only file of the one and the only file of the other if their names differ.</summary>
    private List<(ArtifactFile From, ArtifactFile To)> Pairs()
    {
        var pairs = versions.Files.Where(f => f.From is not null && f.To is not null && f.From.Digest != f.To.Digest).Select(f => (f.From!, f.To!)).ToList();
        if (pairs.Count == 0 && versions.Files is [var one, var two] && (one.From ?? two.From) is { } from && (one.To ?? two.To) is { } to && from.Digest != to.Digest)
            pairs.Add((from, to));
        return pairs;
    }

    /// <summary>Reads the lines of a file; null if it is long or not text.</summary>
    private async Task<string[]?> ReadAsync(AssetVersion version, ArtifactFile file, CancellationToken cancellationToken)
    {
        if (file.Length > MostRead || file.MediaType == ArtifactFile.Folder)
            return null;
        var stream = await repository.OpenFileAsync(version.Artifact, file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        return bytes.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(bytes) ? null : Lines(_strict.GetString(bytes));
    }

    private async Task<ContentDifference?> ComparePreviewsAsync(CancellationToken cancellationToken)
    {
        var (before, after) = (await PreviewAsync(versions.From, cancellationToken).ConfigureAwait(false), await PreviewAsync(versions.To, cancellationToken).ConfigureAwait(false));
        return (before, after) switch
        {
            ({ Columns: { } from }, { Columns: { } to }) => Of(Rows(from, before.Rows), Rows(to, after.Rows)),
            ({ Text: { } from }, { Text: { } to }) => Of(Lines(from), Lines(to)),
            _ => null,
        };

        ContentDifference Of(string[] from, string[] to) => new(versions.From.ToString(), versions.To.ToString(), true, LineDiff.Unified(from, to));
    }

    private async Task<ArtifactPreview?> PreviewAsync(AssetVersion version, CancellationToken cancellationToken)
    {
        var artifact = await repository.StatAsync(version.Artifact, cancellationToken).ConfigureAwait(false);
        await ArtifactOptions.FindAsync(session, repository.Materializers, artifact.Manifest.MaterializerId, cancellationToken).ConfigureAwait(false);
        return await repository.PreviewAsync(version.Artifact, cancellationToken).ConfigureAwait(false);
    }

    private static string[] Rows(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) => [.. rows.Prepend(columns).Select(r => string.Join(" | ", r))];

    private static string[] Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
