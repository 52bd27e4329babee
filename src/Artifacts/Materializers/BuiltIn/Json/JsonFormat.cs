using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>The options for JSON without a source-generated context: public fields are included, so that tuples are stored; <c>NaN</c> and infinities are written
/// by name; and well-known types that JSON could not restore are written as text.</summary>
internal static class JsonFormat
{
    private const string Members = "JSON by reflection looks at members that trimming may remove; use a JsonSerializerContext.";
    private const string Code = "JSON by reflection makes code at run time; use a JsonSerializerContext.";
    private static JsonSerializerOptions? s_reflecting;

    [RequiresUnreferencedCode(Members), RequiresDynamicCode(Code)]
    public static JsonSerializerOptions Reflecting() => s_reflecting ??= Create();

    [RequiresUnreferencedCode(Members), RequiresDynamicCode(Code)]
    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            IncludeFields = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Converters =
            {
                new TextConverter<BigInteger>(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
                new TextConverter<Complex>(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
                new TextConverter<IPAddress>(v => v.ToString()),
                new TextConverter<IPNetwork>(v => v.ToString()),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    private sealed class TextConverter<T>(Func<T, string> format) : JsonConverter<T>
        where T : IParsable<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            T.TryParse(reader.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : throw new JsonException($"It is not a valid {typeof(T).Name}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(format(value));
    }
}
