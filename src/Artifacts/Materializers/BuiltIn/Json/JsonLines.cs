using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Writes and reads the records of one type, a line each.</summary>
internal abstract class JsonLines
{
    [RequiresUnreferencedCode("JSON by reflection looks at members that trimming may remove.")]
    [RequiresDynamicCode("Lines of a type that is known only at run time need code that is generated at run time.")]
    public static JsonLines Of(Type element) =>
        (JsonLines)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(element), JsonFormat.Reflecting().GetTypeInfo(element))!;

    public static JsonLines Of<T>(JsonTypeInfo<T> type) => new Typed<T>(type);

    /// <summary>Writes all records.</summary>
    /// <returns>How many there were.</returns>
    public abstract ValueTask<long> WriteAsync(object records, Stream stream, CancellationToken cancellationToken);

    /// <summary>All records, as a list.</summary>
    public abstract ValueTask<object> ReadAllAsync(Stream stream, CancellationToken cancellationToken);

    /// <summary>The records as they are asked for; the sequence opens a stream of its own each time.</summary>
    /// <param name="id">The materializer, for errors.</param>
    /// <param name="open">Opens a stream.</param>
    public abstract object ReadLazily(string id, Func<CancellationToken, ValueTask<Stream>> open);

    private sealed class Typed<T>(JsonTypeInfo type) : JsonLines
    {
        private readonly JsonTypeInfo<T> _type = (JsonTypeInfo<T>)type;
        private readonly JsonReadBack _readBack = new("jsonl", type.Options);

        public override async ValueTask<long> WriteAsync(object records, Stream stream, CancellationToken cancellationToken)
        {
            using var lines = new CheckedJson(_readBack, _type);
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
            await lines.WriteToAsync(stream, cancellationToken).ConfigureAwait(false);
            return lines.Count;

            ValueTask AddAsync(T record)
            {
                lines.Add(record);
                lines.Append("\n"u8);
                return lines.IsFull ? lines.WriteToAsync(stream, cancellationToken) : default;
            }
        }

        public override async ValueTask<object> ReadAllAsync(Stream stream, CancellationToken cancellationToken)
        {
            var records = new List<T>();
            await foreach (var record in JsonSerializer.DeserializeAsyncEnumerable(stream, _type, topLevelValues: true, cancellationToken).ConfigureAwait(false))
                records.Add(record!);
            return records;
        }

        public override object ReadLazily(string id, Func<CancellationToken, ValueTask<Stream>> open) => ReadAsync(id, open);

        private async IAsyncEnumerable<T> ReadAsync(string id, Func<CancellationToken, ValueTask<Stream>> open, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var stream = await open(cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            var records = JsonSerializer.DeserializeAsyncEnumerable(stream, _type, topLevelValues: true, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var ending = records.ConfigureAwait(false);
            while (await MoveNextAsync(id, records, stream, cancellationToken).ConfigureAwait(false))
                yield return records.Current!;
        }

        private static async ValueTask<bool> MoveNextAsync(string id, IAsyncEnumerator<T?> records, Stream stream, CancellationToken cancellationToken)
        {
            try
            {
                return await records.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
            {
                // Where the bytes are damaged, that is the reason, and the read of the rest throws it.
                await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                throw new MaterializationException(id, $"{e.GetType().Name}: {e.Message.TrimEnd('.')}", e).WithContext($"read a record as {TypeNames.Of(typeof(T))}");
            }
        }
    }
}
