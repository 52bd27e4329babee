using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using CsvHelper;

namespace Cairn.Plugins.Csv;

/// <summary>Writes and reads the records of one type, a line each.</summary>
internal abstract class CsvRecords
{
    /// <summary>The columns.</summary>
    public abstract CsvSchema Schema { get; }

    /// <summary>For a type of records.</summary>
    /// <exception cref="NotSupportedException">A property is of a type that CSV does not hold.</exception>
    public static CsvRecords Of(Type type)
    {
        var shape = RecordShape.Of(type);
        return (CsvRecords)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(type), shape, CsvSchema.Of(shape))!;
    }

    /// <summary>The type of the records of a sequence; null when it is none.</summary>
    public static Type? RowOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.IsGenericType && type.GetGenericTypeDefinition() is var definition
            && (definition == typeof(IEnumerable<>) || definition == typeof(List<>) || definition == typeof(IAsyncEnumerable<>))
            ? type.GetGenericArguments()[0]
            : Array.Find(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))?.GetGenericArguments()[0];
    }

    /// <summary>Whether a sequence is read as it is asked for.</summary>
    public static bool IsLazy(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);

    /// <summary>Writes the header and all records.</summary>
    /// <returns>How many there were.</returns>
    public abstract Task<long> WriteAsync(object records, CsvWriter csv, CancellationToken cancellationToken);

    /// <summary>All records, as a list.</summary>
    public abstract Task<object> ReadAllAsync(CsvSchema? noted, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken);

    /// <summary>The records as they are asked for; the sequence opens the file each time.</summary>
    public abstract object ReadLazily(CsvSchema? noted, Func<CancellationToken, ValueTask<Stream>> open);

    private sealed class Typed<T>(RecordShape shape, CsvSchema schema) : CsvRecords
    {
        private const int CheckEvery = 1024;
        private readonly Func<T, object?>[] _get = [.. shape.Members.Select(Getter)];
        private readonly Func<object?[], T> _make = Maker(shape);

        public override CsvSchema Schema => schema;

        public override async Task<long> WriteAsync(object records, CsvWriter csv, CancellationToken cancellationToken)
        {
            foreach (var (name, _) in schema.Columns)
                csv.WriteField(name);
            await csv.NextRecordAsync().ConfigureAwait(false);
            var count = 0L;
            if (records is IAsyncEnumerable<T> sequence)
            {
                await foreach (var record in sequence.WithCancellation(cancellationToken).ConfigureAwait(false))
                    await AddAsync(record).ConfigureAwait(false);
            }
            else
            {
                foreach (var record in (IEnumerable<T>)records)
                    await AddAsync(record).ConfigureAwait(false);
            }
            return count;

            Task AddAsync(T record)
            {
                if (record is null)
                    throw new InvalidDataException("one of the records is null, and a line of a table cannot be");
                shape.RequireWhole(record);
                if (++count % CheckEvery == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                for (var i = 0; i < _get.Length; i++)
                    csv.WriteField(Field(_get[i](record), schema.Columns[i].Type));
                return csv.NextRecordAsync();
            }
        }

        public override async Task<object> ReadAllAsync(CsvSchema? noted, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
        {
            var records = new List<T>();
            await foreach (var record in ReadAsync(noted, open, cancellationToken).ConfigureAwait(false))
                records.Add(record);
            return records;
        }

        public override object ReadLazily(CsvSchema? noted, Func<CancellationToken, ValueTask<Stream>> open) => ReadAsync(noted, open);

        private static string Field(object? value, CsvType type)
        {
            if (value is null)
                return type.IsText || type.Type.IsEnum ? CsvSchema.RecordNull : "";
            var text = type.Format(value);
            return type.IsText ? CsvSchema.Escape(text) : text;
        }

        private static Func<T, object?> Getter(System.Reflection.PropertyInfo member)
        {
            var record = Expression.Parameter(typeof(T));
            return Expression.Lambda<Func<T, object?>>(Expression.Convert(Expression.Property(record, member), typeof(object)), record).Compile();
        }

        private static Func<object?[], T> Maker(RecordShape shape)
        {
            var values = Expression.Parameter(typeof(object?[]));
            var members = shape.Members.Select((m, i) => (Expression)Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(i)), m.PropertyType));
            return Expression.Lambda<Func<object?[], T>>(shape.New([.. members]), values).Compile();
        }

        private async IAsyncEnumerable<T> ReadAsync(CsvSchema? noted, Func<CancellationToken, ValueTask<Stream>> open, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var stream = await open(cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            using var csv = CsvMaterializer.Open(stream);
            string[] header = [];
            int[] places = [];
            await CheckedAsync(async () =>
            {
                header = await CsvMaterializer.ReadHeaderAsync(csv).ConfigureAwait(false);
                places = [.. schema.Columns.Select(c => PlaceOf(header, c.Name))];
                return true;
            }).ConfigureAwait(false);
            var values = new object?[places.Length];
            var record = default(T)!;
            for (var count = 1; await CheckedAsync(NextAsync).ConfigureAwait(false); count++)
            {
                if (count % CheckEvery == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                yield return record;
            }

            async ValueTask<bool> NextAsync()
            {
                if (await CsvMaterializer.ReadRowAsync(csv, header.Length).ConfigureAwait(false) is not { } row)
                    return false;
                for (var i = 0; i < values.Length; i++)
                    values[i] = Value(row[places[i]], i, noted, csv.RawRow);
                record = _make(values);
                return true;
            }

            async ValueTask<bool> CheckedAsync(Func<ValueTask<bool>> read)
            {
                try
                {
                    return await read().ConfigureAwait(false);
                }
                catch (Exception e) when (e is InvalidDataException or System.Text.DecoderFallbackException or CsvHelperException)
                {
                    // Where the bytes are damaged, that is the reason, and the read of the rest throws it.
                    await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                    throw new MaterializationException("csv", e.Message.TrimEnd('.'), e);
                }
            }
        }

        private object? Value(string field, int column, CsvSchema? noted, int line)
        {
            var (name, type) = schema.Columns[column];
            var member = shape.Members[column].PropertyType;
            var isMissing = noted is null ? field.Length == 0 && member != typeof(string) && member != typeof(byte[]) : noted.IsMissing(field, type);
            if (!isMissing)
                return CsvMaterializer.Parse(noted?.Unescape(field) ?? field, (name, type), line);
            return !member.IsValueType || Nullable.GetUnderlyingType(member) is not null
                ? null
                : throw new InvalidDataException($"line {line} has no value for '{CsvSchema.Shown(name)}', and {TypeNames.Of(member)} cannot be null");
        }

        private static int PlaceOf(string[] header, string name)
        {
            var exact = Array.IndexOf(header, name);
            if (exact >= 0)
                return exact;
            var alike = Enumerable.Range(0, header.Length).Where(i => string.Equals(header[i], name, StringComparison.OrdinalIgnoreCase)).ToList();
            return alike is [var only] ? only
                : throw new InvalidDataException($"its header has no column '{name}', which {TypeNames.Of(typeof(T))} needs; it has {string.Join(", ", header.Take(50).Select(CsvSchema.Shown))}");
        }
    }
}
