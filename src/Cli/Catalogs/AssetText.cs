using System.Globalization;
using Cairn.Artifacts;
using Cairn.Catalog;

namespace Cairn.Cli;

/// <summary>Formats assets and versions for people.</summary>
internal static class AssetText
{
    private const int ShortDigits = 12;

    public static void Write(CommandOutput output, Asset asset) => Columns.Write(output, [.. Rows(asset).Where(r => r[1].Length > 0)]);

    public static void Write(CommandOutput output, AssetVersion version, Artifact? content) => Columns.Write(output, [.. Rows(version, content).Where(r => r[1].Length > 0)]);

    /// <summary>The beginning of a digest.</summary>
    public static string Short(BlobDigest digest) => digest.Hex[..ShortDigits];

    /// <summary>A text in one line.</summary>
    public static string OneLine(string? text) => text?.ReplaceLineEndings(" ") ?? "";

    public static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    public static string Move(AliasMove move) => $"{Number(move.From)} → {Number(move.To)}";

    private static IEnumerable<string[]> Rows(Asset asset)
    {
        yield return ["name", asset.Name + (asset.IsDeleted ? " (deleted)" : "")];
        yield return ["id", asset.Id.ToString()];
        yield return ["type", asset.Type ?? ""];
        yield return ["display", asset.Display == asset.Name ? "" : OneLine(asset.Display)];
        yield return ["description", OneLine(asset.Description)];
        yield return ["former names", string.Join(", ", asset.FormerNames)];
        yield return ["tags", string.Join(", ", asset.Tags)];
        yield return ["versions", string.Create(CultureInfo.InvariantCulture, $"{asset.Count}, latest {Number(asset.Latest)}, newest {Number(asset.Newest == 0 ? null : asset.Newest)}")];
        foreach (var (alias, number) in asset.Aliases.OrderBy(a => a.Key, Utf8Order.Comparer))
            yield return ["alias", $"{alias} → {Number(number)}{Kinds(asset, alias)}"];
        yield return ["protected", string.Join(", ", asset.ProtectedAliases.Where(a => !asset.Aliases.ContainsKey(a)))];
        yield return ["pinned", string.Join(", ", asset.Pinned)];
    }

    /// <summary>Whether an alias is fixed or protected.</summary>
    public static string Kinds(Asset asset, string alias)
    {
        string[] kinds = [.. asset.FixedAliases.Contains(alias) ? ["fixed"] : Array.Empty<string>(), .. asset.ProtectedAliases.Contains(alias) ? ["protected"] : Array.Empty<string>()];
        return kinds.Length == 0 ? "" : $" ({string.Join(", ", kinds)})";
    }

    private static IEnumerable<string[]> Rows(AssetVersion version, Artifact? content)
    {
        yield return ["version", version.Reference.ToString() + (version.IsDeleted ? " (deleted)" : version.IsPinned ? " (pinned)" : "")];
        yield return ["created", $"{Timestamp.Short(version.CreatedAt)}{(version.CreatedBy.Length > 0 ? $" by {version.CreatedBy}" : "")}"];
        yield return ["made by", version.RunId is { } run ? $"the run {run}" : ""];
        yield return ["description", OneLine(version.Description)];
        yield return ["aliases", string.Join(", ", version.Aliases)];
        yield return ["tags", string.Join(", ", version.Tags)];
        foreach (var (key, value) in version.Metadata.OrderBy(m => m.Key, Utf8Order.Comparer))
            yield return ["metadata", OneLine($"{key}={value}")];
        yield return ["artifact", version.Artifact.ToString()];
        yield return content is null
            ? ["content", "missing: the store does not hold the artifact"]
            : ["content", string.Create(CultureInfo.InvariantCulture,
                $"{content.Manifest.TypeName} as {content.Manifest.MaterializerId}, {ByteSize.Format(content.Manifest.TotalLength)} in {content.Manifest.Files.Count} files")];
    }
}
