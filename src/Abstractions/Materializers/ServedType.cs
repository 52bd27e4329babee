namespace Cairn.Materializers;

/// <summary>The way in which a materializer supports a type, from most to least specific.</summary>
public enum ServedKind
{
    /// <summary>This exact type.</summary>
    Exact,

    /// <summary>Every closed type of this generic type definition: <c>List&lt;&gt;</c> includes <c>List&lt;int&gt;</c>.</summary>
    OpenGeneric,

    /// <summary>This class and its derived classes; it can be a generic type definition.</summary>
    Base,

    /// <summary>All types that implement this interface; it can be a generic type definition.</summary>
    Interface,

    /// <summary>All types that no other materializer supports, if <see cref="Materializer.CanServe"/> returns true.</summary>
    Any,
}

/// <summary>A type that a materializer supports, and how.</summary>
public readonly record struct ServedType
{
    private ServedType(ServedKind kind, Type type, bool yields = false) => (Kind, Type, Yields) = (kind, type, yields);

    /// <summary>Gets the value for all types that no other materializer supports.</summary>
    public static ServedType Any => new(ServedKind.Any, typeof(object));

    /// <summary>Gets how the type is supported.</summary>
    public ServedKind Kind { get; }

    /// <summary>Gets the type or generic type definition.</summary>
    public Type Type { get; }

    /// <summary>
    /// Gets whether other materializers for the type take precedence, except those for any type. This materializer is then used only if it is requested by
    /// its id or if there is no other.
    /// </summary>
    public bool Yields { get; }

    /// <summary>Returns the value for an exact type.</summary>
    public static ServedType Exact(Type type) => new(ServedKind.Exact, Checked(type, !type?.IsGenericTypeDefinition, "is a generic type definition; use OpenGeneric"));

    /// <summary>Returns the value for an exact type.</summary>
    public static ServedType Exact<T>() => Exact(typeof(T));

    /// <summary>Returns the value for every closed type of a generic type definition.</summary>
    /// <exception cref="ArgumentException">The type is not a generic type definition.</exception>
    public static ServedType OpenGeneric(Type definition) => new(ServedKind.OpenGeneric, Checked(definition, definition?.IsGenericTypeDefinition, "is not a generic type definition such as List<>"));

    /// <summary>Returns the value for a class and its derived classes.</summary>
    /// <exception cref="ArgumentException">The type is not a class.</exception>
    public static ServedType Base(Type type) => new(ServedKind.Base, Checked(type, type?.IsClass, "is not a class"));

    /// <summary>Returns the value for all types that implement an interface.</summary>
    /// <exception cref="ArgumentException">The type is not an interface.</exception>
    public static ServedType Interface(Type type) => new(ServedKind.Interface, Checked(type, type?.IsInterface, "is not an interface"));

    /// <summary>Returns the same type, with precedence for other materializers: for a second format of a type, which callers select by its id.</summary>
    public ServedType Yielding() => new(Kind, Type, yields: true);

    /// <summary>Returns the kind and the name of the type, for display.</summary>
    public override string ToString() => Kind == ServedKind.Any ? "any other type"
        : $"{Kind switch { ServedKind.Exact => "", ServedKind.OpenGeneric => "generic ", ServedKind.Base => "derived from ", _ => "implements " }}{TypeNames.Of(Type)}{(Yields ? " (when named)" : "")}";

    private static Type Checked(Type? type, bool? fits, string problem)
    {
        ArgumentNullException.ThrowIfNull(type);
        return fits == true ? type : throw new ArgumentException($"{TypeNames.Of(type)} {problem}.", nameof(type));
    }
}
