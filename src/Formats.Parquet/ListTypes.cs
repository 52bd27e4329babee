namespace Cairn.Formats.Parquet;

/// <summary>The types of lists that a column of lists is written from and read as.</summary>
internal static class ListTypes
{
    private static readonly HashSet<Type> Known =
    [
        typeof(List<>), typeof(IEnumerable<>), typeof(ICollection<>), typeof(IReadOnlyCollection<>), typeof(IList<>), typeof(IReadOnlyList<>),
    ];

    /// <summary>The type of the elements; null when it is not such a list.</summary>
    public static Type? ElementOf(Type type) => type.IsSZArray ? type.GetElementType()
        : type.IsGenericType && Known.Contains(type.GetGenericTypeDefinition()) ? type.GetGenericArguments()[0]
        : null;
}
