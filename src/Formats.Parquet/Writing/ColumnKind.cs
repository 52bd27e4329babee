using Parquet.Schema;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>How values of a type become a Parquet column.</summary>
internal abstract class ColumnKind
{
    /// <summary>The type in programs.</summary>
    public abstract Type Type { get; }

    /// <summary>A buffer for a column.</summary>
    public abstract ColumnBuffer NewBuffer(string name, bool nullable, ParquetMaterializerOptions options);

    /// <summary>A column within a list or a nested record.</summary>
    public abstract NestedNode NewLeaf(string name, bool nullable, ParquetMaterializerOptions options);
}

/// <typeparam name="TValue">The type in programs.</typeparam>
/// <typeparam name="TStored">The type that the library writes.</typeparam>
/// <param name="makeField">The column in the schema.</param>
/// <param name="store">The value as it is written; the name is for errors.</param>
internal sealed class ColumnKind<TValue, TStored>(Func<string, bool, ParquetMaterializerOptions, DataField> makeField, Func<string, TValue, ParquetMaterializerOptions, TStored> store) : ColumnKind
    where TStored : struct
{
    public override Type Type => typeof(TValue);

    /// <summary>How many bytes a value has elsewhere in memory; null when it has none.</summary>
    public Func<TStored, int>? HeapBytes { get; init; }

    public DataField MakeField(string name, bool nullable, ParquetMaterializerOptions options) => makeField(name, nullable, options);

    public TStored Store(string name, TValue value, ParquetMaterializerOptions options) => store(name, value, options);

    public override ColumnBuffer NewBuffer(string name, bool nullable, ParquetMaterializerOptions options) => this is ColumnKind<DateTime, DateTime> dates
        ? new DateTimeBuffer(name, nullable, dates, options)
        : new ColumnBuffer<TValue, TStored>(name, nullable, this, options);

    public override NestedNode NewLeaf(string name, bool nullable, ParquetMaterializerOptions options) => new NestedLeaf<TValue, TStored>(name, nullable, this, options);
}
