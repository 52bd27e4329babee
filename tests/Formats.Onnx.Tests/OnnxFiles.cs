using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Cairn.Formats.Onnx.Tests;

/// <summary>Models in a temporary folder.</summary>
internal sealed class OnnxFiles : IDisposable
{
    public OnnxFiles()
    {
        Write("net.onnx", OnnxBytes.External("weights/w.bin", 3));
        Write("weights/w.bin", MemoryMarshal.AsBytes<float>([1, 2, 3]).ToArray());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("cairn-onnx-tests-").FullName;

    /// <summary>Options that let the runtime log nothing.</summary>
    public static SessionOptions Quiet() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>A model whose weights are in a file of their own.</summary>
    public OnnxModel External() => OnnxModel.OpenFile(Path.Join(Folder, "net.onnx"));

    public string Write(string name, byte[] content)
    {
        var path = Path.Join(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
