using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Records, classes and collections as JSON, streamed: whatever nobody else serves.</summary>
internal sealed class JsonMaterializer : Materializer
{
    private readonly JsonSerializerOptions _options;

    /// <summary>By reflection.</summary>
    [RequiresUnreferencedCode("JSON by reflection looks at members that trimming may remove; use a JsonSerializerContext.")]
    [RequiresDynamicCode("JSON by reflection makes code at run time; use a JsonSerializerContext.")]
    public JsonMaterializer() => _options = JsonSerializerOptions.Default;

    /// <summary>For the types of a source-generated context alone.</summary>
    public JsonMaterializer(JsonSerializerContext context) => _options = context.Options;

    public override string Id => "json";

    public override string MediaType => "application/json";

    public override string Description => "records, classes and collections as JSON";

    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Any];

    public override Type? DefaultType => CanServe(typeof(JsonElement)) ? typeof(JsonElement) : null;

    /// <summary>Not what JSON would lose: of an abstract class or an interface, what the value is beyond it.</summary>
    public override bool CanServe(Type type) =>
        type != typeof(object)
        && (!type.IsAbstract || TypeMatch.Implements(type, typeof(IEnumerable<>)))
        && !type.IsPointer && !type.IsByRefLike && !type.IsGenericTypeDefinition
        && !type.IsSubclassOf(typeof(Delegate)) && !typeof(Stream).IsAssignableFrom(type) && !typeof(System.Reflection.MemberInfo).IsAssignableFrom(type) && !typeof(Task).IsAssignableFrom(type)
        && !typeof(FileSystemInfo).IsAssignableFrom(type)
        && !TypeMatch.Implements(type, typeof(IAsyncEnumerable<>))
        && _options.TryGetTypeInfo(type, out _);

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var stream = writer.Create("value.json", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        await JsonSerializer.SerializeAsync(stream, value, _options.GetTypeInfo(type), cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        return await JsonSerializer.DeserializeAsync(stream, _options.GetTypeInfo(type), cancellationToken).ConfigureAwait(false)
            ?? throw new MaterializationException(Id, "it holds null");
    }

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => SingleFile.PreviewTextAsync(reader, cancellationToken);
}
