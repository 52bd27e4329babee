using System.Net;
using System.Text;

namespace Cairn.Materializers;

/// <summary>An HTML page, such as a report or an interactive chart, as the bytes of its file. Nothing of it is run or fetched.</summary>
public sealed class HtmlFile
{
    private const int TitleWithin = 64 << 10;
    private const int LongestTitle = 200;

    /// <summary>Takes the bytes of a file, which are not copied and must stay as they are.</summary>
    public HtmlFile(ReadOnlyMemory<byte> content) => Content = content;

    /// <summary>A page of a text, as UTF-8.</summary>
    public HtmlFile(string html)
        : this(Encoding.UTF8.GetBytes(html ?? throw new ArgumentNullException(nameof(html))))
    {
    }

    /// <summary>The file's bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The title, of which the head tells; null where there is none in the first 64 KiB.</summary>
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

    /// <summary>The page as text, read as UTF-8.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Content.Span);
}
