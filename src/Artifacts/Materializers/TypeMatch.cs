using System.Diagnostics.CodeAnalysis;

namespace Cairn.Materializers;

/// <summary>Whether and how closely a served type covers a type.</summary>
internal static class TypeMatch
{
    /// <summary>How many steps away; null when it is not covered.</summary>
    public static int? DistanceOf(ServedType served, Type type) => served.Kind switch
    {
        ServedKind.Exact => served.Type == type ? 0 : null,
        ServedKind.OpenGeneric => Fits(type, served.Type) && type != served.Type ? 0 : null,
        ServedKind.Base => DistanceOfBase(served.Type, type),
        ServedKind.Interface => Implements(type, served.Type) ? 0 : null,
        _ => 0,
    };

    /// <summary>Whether a type is an interface, implements it, or implements a closed form of it.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "An interface that was trimmed from the type is one that no materializer of the program names.")]
    public static bool Implements(Type type, Type @interface) => !@interface.IsGenericTypeDefinition
        ? @interface.IsAssignableFrom(type)
        : Fits(type, @interface) || Array.Exists(type.GetInterfaces(), i => Fits(i, @interface));

    private static int? DistanceOfBase(Type @base, Type type)
    {
        var distance = 0;
        for (var t = type; t is not null; t = t.BaseType, distance++)
        {
            if (Fits(t, @base))
                return distance;
        }
        return null;
    }

    private static bool Fits(Type type, Type pattern) => type == pattern || (pattern.IsGenericTypeDefinition && type.IsGenericType && type.GetGenericTypeDefinition() == pattern);
}
