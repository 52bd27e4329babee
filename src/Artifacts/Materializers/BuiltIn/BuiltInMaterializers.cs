using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Cairn.Materializers.BuiltIn;

namespace Cairn.Materializers;

public sealed partial class MaterializerRegistry
{
    /// <summary>Creates a registry with the built-in materializers, and JSON for all types by reflection.</summary>
    [RequiresUnreferencedCode("JSON by reflection inspects members that trimming may remove; pass a JsonSerializerContext.")]
    [RequiresDynamicCode("JSON by reflection generates code at run time; pass a JsonSerializerContext.")]
    public static MaterializerRegistry CreateDefault() =>
        CreateWithoutJson().Add(new JsonMaterializer(), MaterializerOrigin.BuiltIn).Add(new JsonLinesMaterializer(), MaterializerOrigin.BuiltIn);

    /// <summary>
    /// Creates a registry with the built-in materializers, JSON for the types of a source-generated context, and JSON Lines for the types added with <see
    /// cref="AddJsonLines"/>.
    /// </summary>
    /// <param name="context">The context.</param>
    public static MaterializerRegistry CreateDefault(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return CreateWithoutJson().Add(new JsonMaterializer(context), MaterializerOrigin.BuiltIn);
    }

    /// <summary>Adds JSON Lines for sequences of one record type, using source-generated metadata.</summary>
    /// <typeparam name="T">The type of the records.</typeparam>
    /// <param name="type">The metadata of the type.</param>
    /// <param name="id">The id, which manifests name; <c>jsonl</c> for what the reflecting registry reads too. A second type of record in one registry needs another.</param>
    /// <returns>The registry.</returns>
    public MaterializerRegistry AddJsonLines<T>(JsonTypeInfo<T> type, string id = "jsonl")
    {
        ArgumentNullException.ThrowIfNull(type);
        return Add(JsonLinesMaterializer.Of(type, id));
    }

    /// <summary>Creates a registry with the built-in materializers except JSON, which requires a context or reflection.</summary>
    public static MaterializerRegistry CreateWithoutJson()
    {
        var registry = new MaterializerRegistry();
        foreach (var materializer in new Materializer[] { new ScalarMaterializer(), new TextMaterializer(), new BytesMaterializer(), new NpyMaterializer(), new NpzMaterializer(),
            new ImageMaterializer(), new HtmlMaterializer(), new FilesMaterializer() })
            registry.Add(materializer, MaterializerOrigin.BuiltIn);
        return registry;
    }
}
