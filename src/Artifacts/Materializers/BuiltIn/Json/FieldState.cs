using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Compares the fields of two objects that JSON does not know of.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field that was trimmed contains no data that could be lost.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A field that was trimmed contains no data that could be lost.")]
internal sealed class FieldState
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly Assembly Runtime = typeof(object).Assembly;
    private readonly ConcurrentDictionary<(Type, JsonTypeInfo?), FieldInfo[]> _hidden = new();

    /// <summary>The first field whose value differs.</summary>
    /// <param name="value">An object.</param>
    /// <param name="loaded">Another of the same type.</param>
    /// <param name="info">Which of its members JSON has, and have been compared; null for a collection, whose elements have been.</param>
    /// <returns>The field's name, as people know it; null when nothing differs.</returns>
    public string? Lost(object value, object loaded, JsonTypeInfo? info)
    {
        var hidden = _hidden.GetOrAdd((value.GetType(), info), static key => [.. FieldsOf(key.Item1, key.Item2)]);
        if (hidden.Length == 0)
            return null;
        // A class of which JSON has nothing at all, though it holds something, such as a generator of random numbers.
        if (info is { Properties.Count: 0 })
            return NameOf(hidden[0]);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        return Array.Find(hidden, f => !AreSame(f.GetValue(value), f.GetValue(loaded), seen)) is { } field ? NameOf(field) : null;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type, JsonTypeInfo? info)
    {
        var stored = new HashSet<MemberInfo>(info?.Properties.Select(p => p.AttributeProvider).OfType<MemberInfo>() ?? []);
        var names = new HashSet<string>(stored.Select(m => m.Name), StringComparer.Ordinal);
        for (var t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
        {
            // The elements of a collection of the framework are its state.
            if (info is null && IsOfFramework(t))
                yield break;
            foreach (var field in t.GetFields(Declared))
            {
                if (stored.Contains(field) || names.Contains(NameOf(field)) || field.IsDefined(typeof(NonSerializedAttribute)) || field.IsDefined(typeof(JsonIgnoreAttribute)))
                    continue;
                if (t.GetProperty(NameOf(field), Declared)?.IsDefined(typeof(JsonIgnoreAttribute)) == true)
                    continue;
                yield return field;
            }
        }
    }

    /// <summary>The property's name for the field behind one, and behind a captured parameter.</summary>
    private static string NameOf(FieldInfo field) => field.Name is ['<', ..] name ? name[1..name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    private static bool IsOfFramework(Type type) => type.Assembly == Runtime || type.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal);

    private static bool AreSame(object? one, object? two, HashSet<object> seen)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (one is null || two is null)
            return one is null && two is null;
        if (ReferenceEquals(one, two) || one is Delegate || one.Equals(two))
            return true;
        var type = one.GetType();
        if (type != two.GetType() || type.IsPrimitive || one is string)
            return false;
        if (!type.IsValueType && !seen.Add(one))
            return true;
        if (one is IEnumerable elements)
            return AreSameSequences(elements, (IEnumerable)two, seen);
        // A lock, a lazy value or a compiled pattern: nothing outside can tell two of them apart.
        if (!type.IsValueType && IsOfFramework(type))
            return true;
        return AllOf(type).All(f => AreSame(f.GetValue(one), f.GetValue(two), seen));
    }

    private static IEnumerable<FieldInfo> AllOf(Type type)
    {
        for (var t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
        {
            foreach (var field in t.GetFields(Declared))
                yield return field;
        }
    }

    private static bool AreSameSequences(IEnumerable one, IEnumerable two, HashSet<object> seen)
    {
        var (first, second) = (one.GetEnumerator(), two.GetEnumerator());
        using var endingFirst = first as IDisposable;
        using var endingSecond = second as IDisposable;
        while (first.MoveNext())
        {
            if (!second.MoveNext() || !AreSame(first.Current, second.Current, seen))
                return false;
        }
        return !second.MoveNext();
    }
}
