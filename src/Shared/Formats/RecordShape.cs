using System.Linq.Expressions;
using System.Reflection;

namespace Cairn.Materializers.Records;

/// <summary>A type of records as a row of a table: its columns, and how one is made from their values.</summary>
/// <remarks>
/// <para>The columns are the public properties that can be read and set again, in the order of their declaration: by a parameter of the constructor with the same name and type, or by a setter. What is
/// computed from others is left out.</para>
/// <para>A source file that the packages of table formats share.</para>
/// </remarks>
internal sealed class RecordShape
{
    private readonly ConstructorInfo? _constructor;

    private RecordShape(Type type, ConstructorInfo? constructor, IReadOnlyList<PropertyInfo> members) => (Type, _constructor, Members) = (type, constructor, members);

    /// <summary>The type.</summary>
    public Type Type { get; }

    /// <summary>The columns; those of the constructor's parameters come first.</summary>
    public IReadOnlyList<PropertyInfo> Members { get; }

    /// <summary>Whether a type can be a row: a class or struct of the program, not a number, a text, a sequence or another single value.</summary>
    public static bool IsRecord(Type type) =>
        type is { IsPrimitive: false, IsEnum: false, IsAbstract: false, IsPointer: false, IsArray: false, IsByRefLike: false, IsGenericTypeDefinition: false }
        && type != typeof(string) && type != typeof(object) && Nullable.GetUnderlyingType(type) is null
        && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type)
        && type.Namespace is not "System";

    /// <summary>The shape of a type.</summary>
    /// <exception cref="NotSupportedException">It has no columns, or no constructor that they fit.</exception>
    public static RecordShape Of(Type type)
    {
        if (!IsRecord(type))
            throw new NotSupportedException($"{TypeNames.Of(type)} is not a class or struct with properties, which a row of a table is");
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0)
            .OrderBy(p => p.MetadataToken).DistinctBy(p => p.Name, StringComparer.Ordinal).ToList();
        var constructors = type.GetConstructors();
        var chosen = type.IsValueType || constructors.Any(c => c.GetParameters().Length == 0)
            ? constructors.FirstOrDefault(c => c.GetParameters().Length == 0) ?? (properties.Exists(CanSet) ? null : Widest())
            : Widest() ?? throw new NotSupportedException($"{TypeNames.Of(type)} has no public constructor whose parameters all have the name and type of a property");
        var first = chosen?.GetParameters().Select(p => Match(p)!).ToList() ?? [];
        var members = first.Concat(properties.Where(p => CanSet(p) && !first.Contains(p))).ToList();
        return members.Count > 0 ? new(type, chosen, members) : throw new NotSupportedException($"{TypeNames.Of(type)} has no public property that can be read and set, and so no columns");

        static bool CanSet(PropertyInfo p) => p.SetMethod is { IsPublic: true };

        PropertyInfo? Match(ParameterInfo parameter) => properties.Find(p => string.Equals(p.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && p.PropertyType == parameter.ParameterType);

        ConstructorInfo? Widest() => constructors.Where(c => c.GetParameters() is { Length: > 0 } all && all.All(p => Match(p) is not null)).MaxBy(c => c.GetParameters().Length);
    }

    /// <summary>The expression that makes a record from one expression for each member.</summary>
    public Expression New(IReadOnlyList<Expression> values)
    {
        var taken = _constructor?.GetParameters().Length ?? 0;
        var made = _constructor is null ? Expression.New(Type) : Expression.New(_constructor, values.Take(taken));
        return Members.Count == taken ? made : Expression.MemberInit(made, Members.Skip(taken).Zip(values.Skip(taken), (member, value) => Expression.Bind(member, value)));
    }
}
