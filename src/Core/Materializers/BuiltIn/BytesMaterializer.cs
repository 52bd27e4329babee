namespace Cairn.Materializers.BuiltIn;

/// <summary>Bytes as they are: arrays and memory whole, streams from where they stand to their end, in bounded memory both ways.</summary>
internal sealed class BytesMaterializer : Materializer
{
    private const int CopyBuffer = 1 << 20;

    public override string Id => "bytes";

    public override string MediaType => ArtifactFile.Bytes;

    public override string Description => "bytes as they are; a loaded Stream reads on by itself and checks at its end";

    public override IReadOnlyList<ServedType> Types { get; } =
        [ServedType.Exact<byte[]>(), ServedType.Exact<Memory<byte>>(), ServedType.Exact<ReadOnlyMemory<byte>>(), ServedType.Base(typeof(Stream))];

    public override Type DefaultType => typeof(byte[]);

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var target = writer.Create("data.bin", MediaType);
        await using var ending = target.ConfigureAwait(false);
        switch (value)
        {
            case Stream source:
                await source.CopyToAsync(target, CopyBuffer, cancellationToken).ConfigureAwait(false);
                break;
            case Memory<byte> memory:
                await target.WriteAsync(memory, cancellationToken).ConfigureAwait(false);
                break;
            case ReadOnlyMemory<byte> memory:
                await target.WriteAsync(memory, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await target.WriteAsync((byte[])value, cancellationToken).ConfigureAwait(false);
                break;
        }
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
