using System.Linq.Expressions;
using System.Reflection;

namespace Cairn.Materializers.Records;

/// <summary>The mapping of a record type to the rows of a table: its columns, and the creation of a record from their values.</summary>
/// <remarks>
/// <para>
/// <para>The columns are the public properties that can be read and set, in the order of their declaration: by a constructor parameter with the same name
/// and type, or by a setter. Computed properties are omitted. A record with more state than its columns is refused when it is written.</para>
/// </para>
/// <para><para>A source file shared by the packages of table formats.</para></para>
/// </remarks>
internal sealed class RecordShape
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private readonly ConstructorInfo? _constructor;
    private readonly FieldInfo[] _hidden;
    private readonly Lazy<Func<object, object>> _remake;

    private RecordShape(Type type, ConstructorInfo? constructor, IReadOnlyList<PropertyInfo> members)
    {
        (Type, _constructor, Members) = (type, constructor, members);
        _hidden = [.. HiddenOf(type, members)];
        _remake = new(Remake);
    }

    /// <summary>Gets the type.</summary>
    public Type Type { get; }

    /// <summary>Gets the columns; those of constructor parameters come first.</summary>
    public IReadOnlyList<PropertyInfo> Members { get; }

    /// <summary>
    /// Returns true if a type can be a row: a class or struct of the program that is not a number, a text, a sequence or another single value.
    /// </summary>
    public static bool IsRecord(Type type) =>
        type is { IsPrimitive: false, IsEnum: false, IsAbstract: false, IsPointer: false, IsArray: false, IsByRefLike: false, IsGenericTypeDefinition: false }
        && type != typeof(string) && type != typeof(object) && Nullable.GetUnderlyingType(type) is null
        && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type)
        && type.Namespace is not "System";

    /// <summary>Returns the shape of a type.</summary>
    /// <exception cref="NotSupportedException">The type has no columns, or no constructor that matches them.</exception>
    public static RecordShape Of(Type type)
    {
        if (!IsRecord(type))
            throw new NotSupportedException($"{TypeNames.Of(type)} is not a class or struct with properties, which a row of a table requires");
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0)
            .OrderBy(p => p.MetadataToken).DistinctBy(p => p.Name, StringComparer.Ordinal).ToList();
        var constructors = type.GetConstructors();
        var chosen = type.IsValueType || constructors.Any(c => c.GetParameters().Length == 0)
            ? constructors.FirstOrDefault(c => c.GetParameters().Length == 0) ?? (properties.Exists(CanSet) ? null : Widest())
            : Widest() ?? throw new NotSupportedException($"{TypeNames.Of(type)} has no public constructor whose parameters all have the name and type of a property");
        var first = chosen?.GetParameters().Select(p => Match(p)!).ToList() ?? [];
        var members = first.Concat(properties.Where(p => CanSet(p) && !first.Contains(p))).ToList();
        return members.Count > 0 ? new(type, chosen, members) : throw new NotSupportedException($"{TypeNames.Of(type)} has no public property that can be read and set, and therefore no columns");

        static bool CanSet(PropertyInfo p) => p.SetMethod is { IsPublic: true };

        PropertyInfo? Match(ParameterInfo parameter) => properties.Find(p => string.Equals(p.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && p.PropertyType == parameter.ParameterType);

        ConstructorInfo? Widest() => constructors.Where(c => c.GetParameters() is { Length: > 0 } all && all.All(p => Match(p) is not null)).MaxBy(c => c.GetParameters().Length);
    }

    /// <summary>Returns the expression that creates a record from one expression per member.</summary>
    public Expression New(IReadOnlyList<Expression> values)
    {
        var taken = _constructor?.GetParameters().Length ?? 0;
        var made = _constructor is null ? Expression.New(Type) : Expression.New(_constructor, values.Take(taken));
        return Members.Count == taken ? made : Expression.MemberInit(made, Members.Skip(taken).Zip(values.Skip(taken), (member, value) => Expression.Bind(member, value)));
    }

    /// <summary>Throws if a record has state that its columns do not contain.</summary>
    /// <exception cref="InvalidDataException">The record is of a derived class, or has a field that is not restored from the columns. The message names
    /// it.</exception>
    public void RequireWhole(object record)
    {
        if (record.GetType() != Type)
            throw new InvalidDataException($"a record is of type {TypeNames.Of(record.GetType())}, but the columns are those of {TypeNames.Of(Type)}; its other members would be lost");
        if (_hidden.Length == 0)
            return;
        var again = _remake.Value(record);
        if (Array.Find(_hidden, f => !AreSame(f.GetValue(record), f.GetValue(again))) is { } field)
            throw new InvalidDataException($"{TypeNames.Of(Type)}.{NameOf(field)} has no column and would be lost; make it a settable property, or mark the field [NonSerialized] if it can be lost");
    }

    /// <summary>Returns the fields that are not behind a column.</summary>
    private static IEnumerable<FieldInfo> HiddenOf(Type type, IReadOnlyList<PropertyInfo> members)
    {
        for (var t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
        {
            foreach (var field in t.GetFields(Declared))
            {
                if (!field.IsDefined(typeof(NonSerializedAttribute)) && !members.Any(m => m.Name == NameOf(field)))
                    yield return field;
            }
        }
    }

    private static string NameOf(FieldInfo field) => field.Name is ['<', ..] name ? name[1..name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    /// <summary>Two locks, delegates or other objects that are not data are considered equal.</summary>
    private static bool AreSame(object? one, object? two) =>
        Equals(one, two) || one is Delegate
        || (one is not (null or ValueType or string or System.Collections.IEnumerable) && one.GetType() == two?.GetType() && one.GetType().Assembly == typeof(object).Assembly);

    private Func<object, object> Remake()
    {
        var record = Expression.Parameter(typeof(object));
        var typed = Expression.Convert(record, Type);
        return Expression.Lambda<Func<object, object>>(Expression.Convert(New([.. Members.Select(m => Expression.Property(typed, m))]), typeof(object)), record).Compile();
    }
}
