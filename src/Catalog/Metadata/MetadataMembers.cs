using System.Collections.ObjectModel;
using Cairn.Errors;

namespace Cairn.Catalog.Metadata;

/// <summary>Named values of metadata: copies and comparison.</summary>
internal static class MetadataMembers
{
    public static ReadOnlyDictionary<string, MetadataValue> Copy(IEnumerable<KeyValuePair<string, MetadataValue>> members)
    {
        var copy = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
        foreach (var (name, value) in members)
            copy.Add(name, value?.Of($"'{ErrorText.Escape(name)}'") ?? throw new ArgumentException("Metadata contains no null.", nameof(members)));
        return copy.AsReadOnly();
    }

    public static bool Equal(IReadOnlyDictionary<string, MetadataValue> left, IReadOnlyDictionary<string, MetadataValue> right) =>
        left.Count == right.Count && left.All(m => right.TryGetValue(m.Key, out var other) && other == m.Value);
}
