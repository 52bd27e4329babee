using System.Net;
using System.Text;

namespace Cairn.Materializers;

/// <summary>
/// An HTML page, such as a report or an interactive chart, as the content of its file. It is neither executed nor are its resources fetched.
/// </summary>
public sealed class HtmlFile
{
    private const int TitleWithin = 64 << 10;
    private const int LongestTitle = 200;

    /// <summary>Initializes a new instance from the content of a file, which is not copied and must not change.</summary>
    public HtmlFile(ReadOnlyMemory<byte> content) => Content = content;

    /// <summary>Creates a page from a text, encoded as UTF-8.</summary>
    public HtmlFile(string html)
        : this(Encoding.UTF8.GetBytes(html ?? throw new ArgumentNullException(nameof(html))))
    {
    }

    /// <summary>Gets the content of the file.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Gets the title in the head, or null if there is none in the first 64 KiB.</summary>
    public string? Title
    {
        get
        {
            var head = Encoding.UTF8.GetString(Content.Span[..Math.Min(Content.Length, TitleWithin)]);
            var begin = head.IndexOf("<title", StringComparison.OrdinalIgnoreCase);
            var from = begin < 0 ? -1 : head.IndexOf('>', begin);
            var to = from < 0 ? -1 : head.IndexOf("</title", from, StringComparison.OrdinalIgnoreCase);
            if (to < 0)
                return null;
            var title = string.Join(' ', WebUtility.HtmlDecode(head[(from + 1)..to]).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
            if (title.Length <= LongestTitle)
                return title.Length == 0 ? null : title;
            return title[..(char.IsHighSurrogate(title[LongestTitle - 1]) ? LongestTitle - 1 : LongestTitle)] + "…";
        }
    }

    /// <summary>Returns the page as text, decoded as UTF-8.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Content.Span);
}
