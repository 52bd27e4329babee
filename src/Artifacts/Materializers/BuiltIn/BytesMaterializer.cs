namespace Cairn.Materializers.BuiltIn;

/// <summary>Bytes as they are: arrays and memory whole, streams from where they stand to their end, in bounded memory both ways.</summary>
internal sealed class BytesMaterializer : Materializer
{
    private const int CopyBuffer = 1 << 20;
    private static readonly StorePath Name = "data.bin";

    public override string Id => "bytes";

    public override string MediaType => ArtifactFile.Bytes;

    public override string Description => "bytes, unchanged; a loaded Stream continues to read after the load and checks the digest at its end";

    public override IReadOnlyList<ServedType> Types { get; } =
        [ServedType.Exact<byte[]>(), ServedType.Exact<Memory<byte>>(), ServedType.Exact<ReadOnlyMemory<byte>>(), ServedType.Base(typeof(Stream))];

    public override Type DefaultType => typeof(byte[]);

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case Stream { CanSeek: true } source:
                var start = source.Position;
                await WriteAsync(Math.Max(0, source.Length - start), (target, stopping) =>
                {
                    source.Position = start;
                    return new(source.CopyToAsync(target, CopyBuffer, stopping));
                }).ConfigureAwait(false);
                break;
            case Stream source:
                var stream = writer.Create(Name, MediaType);
                await using (stream.ConfigureAwait(false))
                    await source.CopyToAsync(stream, CopyBuffer, cancellationToken).ConfigureAwait(false);
                break;
            default:
                var bytes = value switch { Memory<byte> memory => memory, ReadOnlyMemory<byte> memory => memory, _ => (byte[])value };
                await WriteAsync(bytes.Length, (target, stopping) => target.WriteAsync(bytes, stopping)).ConfigureAwait(false);
                break;
        }

        ValueTask WriteAsync(long length, Func<Stream, CancellationToken, ValueTask> write) => writer.WriteRepeatableAsync(Name, length, write, MediaType, cancellationToken);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        if (type == typeof(Stream))
            return await reader.OpenDetachedAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        if (type.IsSubclassOf(typeof(Stream)))
            throw new MaterializationException(Id, "it loads as Stream, not as a class of streams");
        var bytes = await SingleFile.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        if (type == typeof(Memory<byte>))
            return new Memory<byte>(bytes);
        return type == typeof(ReadOnlyMemory<byte>) ? (object)new ReadOnlyMemory<byte>(bytes) : bytes;
    }
}
