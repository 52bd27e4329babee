using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Cairn.TestServers.Gcs;

/// <summary>objects.list: prefix, delimiter, offsets, glob and pages, in UTF-8 order.</summary>
internal static class GcsListing
{
    public static Task ListAsync(GcsCall call, GcsBucket bucket)
    {
        string prefix = call.Query("prefix") ?? "", delimiter = call.Query("delimiter") ?? "";
        string start = call.Query("startOffset") ?? "", end = call.Query("endOffset") ?? "";
        bool trailing = call.Flag("includeTrailingDelimiter"), versions = call.Flag("versions");
        if (call.Flag("includeFoldersAsPrefixes") && delimiter != "/") throw GcsError.Invalid("includeFoldersAsPrefixes requires delimiter to be '/'", "includeFoldersAsPrefixes");
        Regex? glob = call.Query("matchGlob") is { Length: > 0 } pattern ? GcsGlob.Compile(pattern) : null;
        if (glob is not null && delimiter is not ("" or "/")) throw GcsError.Invalid("matchGlob only allows '/' as the delimiter", "delimiter");
        long asked = call.Number("maxResults") ?? 0;
        int page = (int)Math.Min(asked == 0 ? long.MaxValue : asked, call.Options.LargestPage);

        var cursor = call.Query("pageToken") is { Length: > 0 } token ? Cursor.Open(token) : new Cursor(Later(prefix, start), IsFolder: false, Exclusive: false);
        var items = new List<GcsObject>();
        var prefixes = new List<string>();
        bool more = false;
        var position = cursor;
        string? folder = cursor.IsFolder ? cursor.Name : null;
        while (!more)
        {
            var slice = bucket.Slice(position.From, position.Exclusive, 1024, versions);
            if (slice.Count == 0) break;
            bool ended = false;
            foreach (var candidate in slice)
            {
                string name = candidate.Name;
                if (!name.StartsWith(prefix, StringComparison.Ordinal) || end.Length > 0 && Utf8Names.Order.Compare(name, end) >= 0) { ended = true; break; }
                // Another version of the name before it belongs to the same page: the token names the last name.
                bool sameName = items.Count > 0 && items[^1].Name == name;
                if (folder is not null && name.StartsWith(folder, StringComparison.Ordinal))
                {
                    if (sameName) items.Add(candidate);
                    continue;
                }
                int cut = delimiter.Length == 0 ? -1 : name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                string? entry = cut < 0 ? null : name[..(cut + delimiter.Length)];
                bool isPrefix = entry is not null && (glob is null || glob.IsMatch(entry));
                bool isItem = (entry is null || trailing && entry == name) && (glob is null || glob.IsMatch(name));
                if ((isPrefix || isItem) && !sameName && items.Count + prefixes.Count >= page) { more = true; break; }
                if (isPrefix) prefixes.Add(entry!);
                if (isItem) items.Add(candidate);
                if (isPrefix || isItem) cursor = new Cursor(entry ?? name, IsFolder: entry is not null, Exclusive: true);
                folder = entry ?? folder;
            }
            if (ended) break;
            position = new Cursor(slice[^1].Name, IsFolder: false, Exclusive: true);
            // The rest of a folder is jumped over, not read name by name.
            if (folder is not null && slice[^1].Name.StartsWith(folder, StringComparison.Ordinal)) position = new Cursor(Later(slice[^1].Name, folder + '\uffff'), IsFolder: false, Exclusive: true);
        }
        string? nextToken = more ? cursor.Seal() : null;

        var mask = call.Fields;
        return call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            if (mask.Has("kind")) json.WriteString("kind", "storage#objects");
            if (nextToken is not null && mask.Has("nextPageToken")) json.WriteString("nextPageToken", nextToken);
            if (prefixes.Count > 0 && mask.Has("prefixes"))
            {
                json.WriteStartArray("prefixes");
                foreach (string value in prefixes) json.WriteStringValue(value);
                json.WriteEndArray();
            }
            if (items.Count > 0 && mask.Has("items"))
            {
                var item = mask.Of("items");
                json.WriteStartArray("items");
                foreach (var value in items) call.Write(json, value, item);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });
    }

    private static string Later(string a, string b) => Utf8Names.Order.Compare(a, b) >= 0 ? a : b;

    /// <summary>Where a page goes on: behind a name, or behind everything in a folder.</summary>
    private readonly record struct Cursor(string Name, bool IsFolder, bool Exclusive)
    {
        public string From => IsFolder ? Name + '\uffff' : Name;

        public static Cursor Open(string token)
        {
            try
            {
                string text = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token));
                if (text.Length > 1 && text[0] is 'f' or 'n') return new Cursor(text[1..], text[0] == 'f', Exclusive: true);
            }
            catch (FormatException) { throw GcsError.Invalid("Invalid Value", "pageToken"); }
            throw GcsError.Invalid("Invalid Value", "pageToken");
        }

        public string Seal() => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes((IsFolder ? 'f' : 'n') + Name));
    }
}
