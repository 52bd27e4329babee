using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning.Tests;

/// <summary>A row with a column of each type that ML.NET has.</summary>
internal sealed class Every
{
    public bool Bool { get; set; }

    public sbyte I1 { get; set; }

    public short I2 { get; set; }

    public int I4 { get; set; }

    public long I8 { get; set; }

    public byte U1 { get; set; }

    public ushort U2 { get; set; }

    public uint U4 { get; set; }

    public ulong U8 { get; set; }

    public float R4 { get; set; }

    public double R8 { get; set; }

    public string Text { get; set; } = "";

    public DateTime When { get; set; }

    public DateTimeOffset Zone { get; set; }

    public TimeSpan Span { get; set; }

    [VectorType(3)]
    public float[] Vector { get; set; } = [];
}
