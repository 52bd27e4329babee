using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Records, classes and collections as JSON, streamed: whatever nobody else serves.</summary>
internal sealed class JsonMaterializer : Materializer
{
    private readonly JsonSerializerOptions _options;
    private readonly JsonReadBack _readBack;

    /// <summary>By reflection.</summary>
    [RequiresUnreferencedCode("JSON by reflection looks at members that trimming may remove; use a JsonSerializerContext.")]
    [RequiresDynamicCode("JSON by reflection makes code at run time; use a JsonSerializerContext.")]
    public JsonMaterializer()
        : this(JsonFormat.Reflecting())
    {
    }

    /// <summary>For the types of a source-generated context alone.</summary>
    public JsonMaterializer(JsonSerializerContext context)
        : this(context.Options)
    {
    }

    private JsonMaterializer(JsonSerializerOptions options) => (_options, _readBack) = (options, new("json", options));

    public override string Id => "json";

    public override string MediaType => "application/json";

    public override string Description => "records, classes and collections as JSON";

    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Any];

    public override Type? DefaultType => CanServe(typeof(JsonElement)) ? typeof(JsonElement) : null;

    /// <summary>Not what JSON would lose: of an abstract class or an interface, what the value is beyond it, unless <c>[JsonDerivedType]</c> says what it may be.</summary>
    public override bool CanServe(Type type) =>
        type != typeof(object)
        && !type.IsPointer && !type.IsByRefLike && !type.IsGenericTypeDefinition
        && !type.IsSubclassOf(typeof(Delegate)) && !typeof(Stream).IsAssignableFrom(type) && !typeof(System.Reflection.MemberInfo).IsAssignableFrom(type) && !typeof(Task).IsAssignableFrom(type)
        && !typeof(FileSystemInfo).IsAssignableFrom(type)
        && !TypeMatch.Implements(type, typeof(IAsyncEnumerable<>))
        && InfoOf(type) is { } info
        && (!type.IsAbstract || TypeMatch.Implements(type, typeof(IEnumerable<>)) || info.PolymorphismOptions is not null);

    /// <summary>Reads back what it writes: the elements of an array or a list one by one, anything else as a whole, beside the value.</summary>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var info = _options.GetTypeInfo(type);
        var isList = type.IsSZArray || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>));
        var element = isList && value.GetType() == type && info.Kind == JsonTypeInfoKind.Enumerable && !_options.WriteIndented ? info.ElementType : null;
        if (element is null)
            _readBack.Require(value, await ReadBackAsync(value, info, cancellationToken).ConfigureAwait(false), type, "$");
        var stream = writer.Create("value.json", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        if (element is null)
            await JsonSerializer.SerializeAsync(stream, value, info, cancellationToken).ConfigureAwait(false);
        else
            await WriteElementsAsync(stream, (IEnumerable)value, _options.GetTypeInfo(element), cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        return await JsonSerializer.DeserializeAsync(stream, _options.GetTypeInfo(type), cancellationToken).ConfigureAwait(false)
            ?? throw new MaterializationException(Id, "it holds null");
    }

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => SingleFile.PreviewTextAsync(reader, cancellationToken);

    /// <summary>What JSON knows of a type; null when it has a member that JSON cannot describe, such as a span.</summary>
    private JsonTypeInfo? InfoOf(Type type)
    {
        try
        {
            return _options.TryGetTypeInfo(type, out var info) ? info : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private async ValueTask WriteElementsAsync(Stream stream, IEnumerable elements, JsonTypeInfo element, CancellationToken cancellationToken)
    {
        using var text = new CheckedJson(_readBack, element);
        text.Append("["u8);
        foreach (var item in elements)
        {
            if (text.Count > 0)
                text.Append(","u8);
            text.Add(item);
            if (text.IsFull)
                await text.WriteToAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        text.Append("]"u8);
        await text.WriteToAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a load would give, read from the text while it is written.</summary>
    private static async ValueTask<object?> ReadBackAsync(object value, JsonTypeInfo info, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var writing = WriteAsync();
        try
        {
            return await JsonSerializer.DeserializeAsync(pipe.Reader, info, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(false);
        }

        async Task WriteAsync()
        {
            Exception? failure = null;
            try
            {
                await JsonSerializer.SerializeAsync(pipe.Writer, value, info, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e;
                throw;
            }
            finally
            {
                await pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
            }
        }
    }
}
