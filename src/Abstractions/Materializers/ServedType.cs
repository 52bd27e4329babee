namespace Cairn.Materializers;

/// <summary>How a materializer serves a type, from the closest to the loosest.</summary>
public enum ServedKind
{
    /// <summary>This very type.</summary>
    Exact,

    /// <summary>Every closed form of this generic type definition: <c>List&lt;&gt;</c> serves <c>List&lt;int&gt;</c>.</summary>
    OpenGeneric,

    /// <summary>This class and what derives from it; it may be a generic type definition.</summary>
    Base,

    /// <summary>What implements this interface; it may be a generic type definition.</summary>
    Interface,

    /// <summary>Whatever nobody else serves, as far as <see cref="Materializer.CanServe"/> agrees.</summary>
    Any,
}

/// <summary>A type that a materializer serves, and how.</summary>
public readonly record struct ServedType
{
    private ServedType(ServedKind kind, Type type, bool yields = false) => (Kind, Type, Yields) = (kind, type, yields);

    /// <summary>Whatever nobody else serves.</summary>
    public static ServedType Any => new(ServedKind.Any, typeof(object));

    /// <summary>How it is served.</summary>
    public ServedKind Kind { get; }

    /// <summary>The type, or generic type definition.</summary>
    public Type Type { get; }

    /// <summary>True when every materializer that serves the type otherwise goes before, except those that serve any type: this one is used when it is named, or when there is no other.</summary>
    public bool Yields { get; }

    /// <summary>This very type.</summary>
    public static ServedType Exact(Type type) => new(ServedKind.Exact, Checked(type, !type?.IsGenericTypeDefinition, "is a generic type definition; say OpenGeneric"));

    /// <summary>This very type.</summary>
    public static ServedType Exact<T>() => Exact(typeof(T));

    /// <summary>Every closed form of a generic type definition.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static ServedType OpenGeneric(Type definition) => new(ServedKind.OpenGeneric, Checked(definition, definition?.IsGenericTypeDefinition, "is no generic type definition such as List<>"));

    /// <summary>A class, and what derives from it.</summary>
    /// <exception cref="ArgumentException">It is no class.</exception>
    public static ServedType Base(Type type) => new(ServedKind.Base, Checked(type, type?.IsClass, "is no class"));

    /// <summary>What implements an interface.</summary>
    /// <exception cref="ArgumentException">It is no interface.</exception>
    public static ServedType Interface(Type type) => new(ServedKind.Interface, Checked(type, type?.IsInterface, "is no interface"));

    /// <summary>The same type, left to other materializers by default: for a second format of a type, which a caller chooses by its id.</summary>
    public ServedType Yielding() => new(Kind, Type, yields: true);

    /// <summary>The kind and the type's name, for people.</summary>
    public override string ToString() => Kind == ServedKind.Any ? "any other type"
        : $"{Kind switch { ServedKind.Exact => "", ServedKind.OpenGeneric => "generic ", ServedKind.Base => "derived from ", _ => "implements " }}{TypeNames.Of(Type)}{(Yields ? " (when named)" : "")}";

    private static Type Checked(Type? type, bool? fits, string problem)
    {
        ArgumentNullException.ThrowIfNull(type);
        return fits == true ? type : throw new ArgumentException($"{TypeNames.Of(type)} {problem}.", nameof(type));
    }
}
