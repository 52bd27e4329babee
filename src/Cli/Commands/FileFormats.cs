namespace Cairn.Cli.Commands;

/// <summary>Which materializer reads a file, by its name.</summary>
internal static class FileFormats
{
    /// <summary>The largest file that is read to see whether it is what its name says; a larger one is saved as a file.</summary>
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

    /// <summary>The materializer's id; null when the name says nothing.</summary>
    public static string? IdOf(string path) => Ids.GetValueOrDefault(Path.GetExtension(path));
}
