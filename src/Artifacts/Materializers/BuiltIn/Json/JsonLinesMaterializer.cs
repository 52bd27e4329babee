using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Sequences of records as JSON Lines. <see cref="IAsyncEnumerable{T}"/> is streamed both ways; <see cref="IEnumerable{T}"/> is streamed out and loaded as a list.</summary>
internal sealed class JsonLinesMaterializer : Materializer
{
    private readonly Func<Type, JsonLines> _lines;

    /// <summary>For every type of record, by reflection.</summary>
    [RequiresUnreferencedCode("JSON by reflection looks at members that trimming may remove.")]
    [RequiresDynamicCode("Lines of a type that is known only at run time need code that is generated at run time.")]
    public JsonLinesMaterializer()
    {
        _lines = JsonLines.Of;
        Id = "jsonl";
        Types = [ServedType.OpenGeneric(typeof(IEnumerable<>)), ServedType.Interface(typeof(IAsyncEnumerable<>))];
    }

    private JsonLinesMaterializer(JsonLines lines, IReadOnlyList<ServedType> types, Type list, string id) => (_lines, Types, DefaultType, Id) = (_ => lines, types, list, id);

    public override string Id { get; }

    public override string MediaType => "application/jsonl";

    public override string Description => "IEnumerable<T> and IAsyncEnumerable<T> of records as JSON Lines";

    public override IReadOnlyList<ServedType> Types { get; }

    public override Type? DefaultType { get; }

    /// <summary>For one type of record, without reflection.</summary>
    public static JsonLinesMaterializer Of<T>(JsonTypeInfo<T> type, string id) =>
        new(JsonLines.Of(type), [ServedType.Exact<IEnumerable<T>>(), ServedType.Exact<List<T>>(), ServedType.Interface(typeof(IAsyncEnumerable<T>))], typeof(List<T>), id);

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var stream = writer.Create("rows.jsonl", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        var count = await _lines(ElementOf(type)).WriteAsync(value, stream, cancellationToken).ConfigureAwait(false);
        writer.Describe("rows", count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        var lines = _lines(ElementOf(type));
        var name = reader.Single.Name;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
            return lines.ReadLazily(Id, stopping => reader.OpenDetachedAsync(name, stopping));
        var stream = await reader.OpenAsync(name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        return await lines.ReadAllAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => SingleFile.PreviewTextAsync(reader, cancellationToken);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The type was chosen because it implements this interface.")]
    private static Type ElementOf(Type type) => type.IsGenericType && (type.IsInterface || type.GetGenericTypeDefinition() == typeof(List<>))
        ? type.GetGenericArguments()[0]
        : Array.Find(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))!.GetGenericArguments()[0];
}
