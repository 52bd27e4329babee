namespace Cairn.Cli.Commands;

/// <summary>Chooses the materializer that reads a file by the extension of its name.</summary>
internal static class FileFormats
{
    /// <summary>
    /// The maximum length of a file that is read to check whether its content has the format that its name indicates. A longer file is saved unread.
    /// </summary>
    public const long MostRead = 256 << 20;

    private static readonly Dictionary<string, string> Ids = new(StringComparer.OrdinalIgnoreCase)
    {
        [".npy"] = "npy",
        [".npz"] = "npz",
        [".json"] = "json",
        [".jsonl"] = "jsonl",
        [".ndjson"] = "jsonl",
        [".png"] = "image",
        [".jpg"] = "image",
        [".jpeg"] = "image",
        [".svg"] = "image",
        [".html"] = "html",
        [".htm"] = "html",
        [".csv"] = "csv",
        [".parquet"] = "parquet",
        [".arrow"] = "arrow",
        [".onnx"] = "onnx",
    };

    /// <summary>Returns the id of the materializer, or null if the extension is unknown.</summary>
    public static string? IdOf(string path) => Ids.GetValueOrDefault(Path.GetExtension(path));
}
