using System.Diagnostics.CodeAnalysis;
using Cairn.Materializers;
using Google.Protobuf;

namespace Cairn.Plugins.Protobuf;

/// <summary>Saves and loads messages of Google.Protobuf (<see cref="IMessage"/>) in their binary form. Equal messages have equal bytes.</summary>
/// <remarks>
/// The full name of the message is recorded and compared when it is loaded; it never selects a class. An <c>Any</c> remains packed, regardless of its type.
/// Messages have at most 2 GiB, a limit of Protobuf, and are held in memory together with their bytes. Thread-safe.
/// </remarks>
public sealed class ProtobufMaterializer : Materializer
{
    private const string MessageFact = "message";
    private const int PreviewBytes = 64 << 10;

    /// <inheritdoc/>
    public override string Id => "protobuf";

    /// <inheritdoc/>
    public override string MediaType => "application/x-protobuf";

    /// <inheritdoc/>
    public override string Description => "messages of Google.Protobuf (IMessage)";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Interface(typeof(IMessage))];

    /// <summary>Message classes; for an interface, the message to create would be unknown.</summary>
    public override bool CanServe(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return !type.IsAbstract;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [MessageFact] = ((IMessage)value).Descriptor.FullName };

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var message = (IMessage)value;
        var content = new byte[message.CalculateSize()];
        using (var output = new CodedOutputStream(content) { Deterministic = true })
        {
            message.WriteTo(output);
            output.CheckNoSpaceLeft();
        }
        var stream = writer.Create("message.binpb", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(type);
        var message = New(type);
        if (reader.Facts.TryGetValue(MessageFact, out var noted) && noted != message.Descriptor.FullName)
            throw new MaterializationException(Id, $"it holds a message {ProtobufFields.Shown(noted)}, and {TypeNames.Of(type)} is a {message.Descriptor.FullName}");
        var file = reader.Single;
        if (file.Length > Array.MaxLength)
            throw new MaterializationException(Id, $"it has {file.Length} bytes, more than a message can");
        var content = await ReadAsync(reader, file, (int)file.Length, cancellationToken).ConfigureAwait(false);
        message.MergeFrom(content);
        return message;
    }

    /// <inheritdoc/>
    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var file = reader.Single;
        var head = await ReadAsync(reader, file, (int)Math.Min(file.Length, PreviewBytes), cancellationToken).ConfigureAwait(false);
        var name = ProtobufFields.Shown(reader.Facts.GetValueOrDefault(MessageFact, "message"));
        return ArtifactPreview.OfText(string.Join('\n', [name, .. ProtobufFields.Describe(head)]));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "The program names the class in its own call, and a generated message's parser keeps its constructor.")]
    private IMessage New(Type type) => Activator.CreateInstance(type) as IMessage ?? throw new MaterializationException(Id, $"{TypeNames.Of(type)} is not a message");

    private static async ValueTask<byte[]> ReadAsync(ArtifactReader reader, ArtifactFile file, int length, CancellationToken cancellationToken)
    {
        var stream = await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var content = GC.AllocateUninitializedArray<byte>(length);
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }
}
