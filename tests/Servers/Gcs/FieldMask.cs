namespace Cairn.TestServers.Gcs;

/// <summary>A partial-response selector: <c>items(name,size),nextPageToken</c>, <c>a/b</c>, <c>*</c>.</summary>
internal sealed class FieldMask
{
    private readonly Dictionary<string, FieldMask> _children = new(StringComparer.Ordinal);

    public static FieldMask All { get; } = new();

    public static FieldMask Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return All;
        int at = 0;
        var mask = ParseList(text, ref at);
        return at == text.Length ? mask : throw GcsError.Invalid($"Invalid field selection {text}", "fields");
    }

    /// <summary>Whether nothing below is left out.</summary>
    private bool Whole => _children.Count == 0 || _children.ContainsKey("*");

    public bool Has(string name) => Whole || _children.ContainsKey(name);

    public FieldMask Of(string name) => _children.TryGetValue(name, out var child) || _children.TryGetValue("*", out child) ? child : All;

    private static FieldMask ParseList(string text, ref int at)
    {
        var mask = new FieldMask();
        do
        {
            var node = mask;
            while (true)
            {
                int start = at;
                while (at < text.Length && text[at] is not (',' or '(' or ')' or '/')) at++;
                string name = text[start..at].Trim();
                if (name.Length == 0) throw GcsError.Invalid($"Invalid field selection {text}", "fields");
                if (!node._children.TryGetValue(name, out var child)) node._children.Add(name, child = new FieldMask());
                node = child;
                if (at < text.Length && text[at] == '/') { at++; continue; }
                if (at < text.Length && text[at] == '(')
                {
                    at++;
                    foreach (var (key, value) in ParseList(text, ref at)._children) node._children[key] = value;
                    if (at >= text.Length || text[at] != ')') throw GcsError.Invalid($"Invalid field selection {text}", "fields");
                    at++;
                }
                break;
            }
        } while (at < text.Length && text[at] == ',' && ++at > 0);
        return mask;
    }
}
