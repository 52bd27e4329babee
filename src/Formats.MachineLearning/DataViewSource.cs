using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning;

/// <summary>One open file as ML.NET takes files; it may be opened once.</summary>
internal sealed class DataViewSource(Stream file) : IMultiStreamSource
{
    public int Count => 1;

    public string? GetPathOrNull(int index) => null;

    public Stream Open(int index) => file;

    public TextReader OpenTextReader(int index) => new StreamReader(file);
}
