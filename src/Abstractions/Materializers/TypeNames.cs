using System.Globalization;

namespace Cairn.Materializers;

/// <summary>Formats types for people: <c>List&lt;Int32&gt;</c>, <c>Double[,]</c>. Used in messages and as information in manifests; never parsed.</summary>
public static class TypeNames
{
    /// <summary>Returns the name of a type without its assembly.</summary>
    public static string Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        var scope = type.IsGenericParameter ? "" : type.DeclaringType is { } outer ? Of(outer) + "." : string.IsNullOrEmpty(type.Namespace) || type.Namespace == "System" ? "" : type.Namespace + ".";
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        if (tick < 0)
            return scope + type.Name;
        var own = int.Parse(type.Name.AsSpan(tick + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return $"{scope}{type.Name[..tick]}<{string.Join(", ", type.GetGenericArguments().TakeLast(own).Select(Of))}>";
    }
}
