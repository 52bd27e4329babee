using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cairn.Errors;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Compares a value with what was read back from its JSON, so that nothing is stored that a load would lose.</summary>
/// <remarks>
/// Equal are: the members that JSON has, at each place the type of the object, and the private fields of classes, unless <c>[JsonIgnore]</c> or <c>[NonSerialized]</c> says that one need not come
/// back. A member declared <see cref="object"/> comes back as a <see cref="JsonElement"/> with the same content. Comparers of dictionaries and sets, and
/// whether two members share one object, are not part of a value.
/// </remarks>
internal sealed class JsonReadBack(string id, JsonSerializerOptions options)
{
    private readonly FieldState _fields = new();

    /// <summary>Throws when what came back is not the value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="loaded">What was read from its JSON.</param>
    /// <param name="declared">The type that it is stored as.</param>
    /// <param name="path">Where it is in the whole, such as <c>$[3]</c>.</param>
    /// <exception cref="MaterializationException">It is not; the message names the member.</exception>
    public void Require(object? value, object? loaded, Type declared, string path)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (value is null && loaded is null)
            return;
        if (value is null || loaded is null)
            throw Lost(path, value is null ? "it is null, and would come back as a value" : "it would come back as null");
        if (declared == typeof(object) && loaded is JsonElement content && value.GetType() is var actual && actual != declared)
            (loaded, declared) = (content.Deserialize(options.GetTypeInfo(actual))!, actual);
        var info = options.GetTypeInfo(declared);
        var (type, back) = (value.GetType(), loaded.GetType());
        var isCollection = info.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary;
        if (type != back && !(isCollection && (declared.IsInterface || declared.IsAbstract)) && info.Kind != JsonTypeInfoKind.None)
            throw Lost(path, $"it is a {TypeNames.Of(type)}, and would come back as a {TypeNames.Of(back)}; declare the types with [JsonDerivedType], or save it as what it is");
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Dictionary:
                RequireEntries(value, loaded, info, path);
                break;
            case JsonTypeInfoKind.Enumerable:
                RequireElements((IEnumerable)value, (IEnumerable)loaded, info.ElementType ?? typeof(object), path);
                break;
            case JsonTypeInfoKind.Object:
                RequireMembers(value, loaded, type == declared ? info : options.GetTypeInfo(type), path);
                break;
            default:
                RequireSameText(value, loaded, declared, path);
                return;
        }
        if (type == back && _fields.Lost(value, loaded, info.Kind == JsonTypeInfoKind.Object ? options.GetTypeInfo(type) : null) is { } field)
            throw Lost($"{path}.{field}", "JSON does not store this field; make it a property, or add [JsonIgnore] if it need not be stored");
    }

    private MaterializationException Lost(string path, string why) => new(id, $"{ErrorText.Escape(path)} would not come back: {why}");

    private void RequireMembers(object value, object loaded, JsonTypeInfo info, string path)
    {
        foreach (var member in info.Properties)
        {
            if (member.Get is { } get && !member.IsExtensionData)
                Require(get(value), get(loaded), member.PropertyType, $"{path}.{member.Name}");
        }
    }

    private void RequireElements(IEnumerable value, IEnumerable loaded, Type element, string path)
    {
        var (one, two) = (value.GetEnumerator(), loaded.GetEnumerator());
        try
        {
            for (var i = 0L; ; i++)
            {
                var more = one.MoveNext();
                if (more != two.MoveNext())
                    throw Lost(path, "it would come back with another number of elements");
                if (!more)
                    return;
                Require(one.Current, two.Current, element, $"{path}[{i}]");
            }
        }
        finally
        {
            (one as IDisposable)?.Dispose();
            (two as IDisposable)?.Dispose();
        }
    }

    private void RequireEntries(object value, object loaded, JsonTypeInfo info, string path)
    {
        if (value is not IDictionary one || loaded is not IDictionary two)
        {
            RequireSameText(value, loaded, info.Type, path);
            return;
        }
        if (one.Count != two.Count)
            throw Lost(path, "it would come back with another number of entries");
        foreach (DictionaryEntry entry in one)
        {
            if (!two.Contains(entry.Key))
                throw Lost($"{path}[{entry.Key}]", "its key would come back as another one");
            Require(entry.Value, two[entry.Key], info.ElementType ?? typeof(object), $"{path}[{entry.Key}]");
        }
    }

    /// <summary>Values that JSON does not look into are equal, or are written the same; text is equal only.</summary>
    private void RequireSameText(object value, object loaded, Type declared, string path)
    {
        if (value.Equals(loaded))
            return;
        if (value is string or char && loaded is not JsonElement)
            throw Lost(path, "it is not valid Unicode text");
        var info = options.GetTypeInfo(declared);
        var (before, after) = (JsonSerializer.SerializeToUtf8Bytes(value, info), JsonSerializer.SerializeToUtf8Bytes(loaded, info));
        if (!before.AsSpan().SequenceEqual(after))
            throw Lost(path, $"a {TypeNames.Of(value.GetType())} is written to JSON, and read from it as another value");
    }
}
