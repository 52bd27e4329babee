using System.Data;
using System.Globalization;
using System.Text;
using Cairn.Catalog.Recording;

namespace Cairn.Catalog;

/// <summary>A readable file of a run that is written below <c>exports/</c> in the store, for people and other programs. It is a copy: no step reads it back.</summary>
public sealed class Export
{
    private readonly Func<Stream, CancellationToken, Task> _write;

    private Export(string name, string mediaType, Func<Stream, CancellationToken, Task> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, MediaType, _write) = (name, mediaType, write);
    }

    /// <summary>Gets the name with its extension, relative to the folder of the run; <c>/</c> separates folders.</summary>
    public string Name { get; }

    /// <summary>Gets the media type.</summary>
    public string MediaType { get; }

    /// <summary>Creates an export from bytes.</summary>
    /// <param name="name">The name with an extension.</param>
    /// <param name="content">The content.</param>
    /// <param name="mediaType">The media type. Default: the one of the extension.</param>
    public static Export Bytes(string name, ReadOnlyMemory<byte> content, string? mediaType = null) =>
        new(name, mediaType ?? MediaTypes.OfName(name), (stream, cancellationToken) => stream.WriteAsync(content, cancellationToken).AsTask());

    /// <summary>Creates an export whose content is written to a stream.</summary>
    /// <param name="name">The name with an extension.</param>
    /// <param name="write">Writes the content. Called once at most.</param>
    /// <param name="mediaType">The media type. Default: the one of the extension.</param>
    public static Export Stream(string name, Func<Stream, CancellationToken, Task> write, string? mediaType = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new(name, mediaType ?? MediaTypes.OfName(name), write);
    }

    /// <summary>Creates an export from a local file.</summary>
    /// <param name="localFile">The file.</param>
    /// <param name="name">The name. Default: the name of the file.</param>
    public static Export File(string localFile, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        return Stream(name ?? Path.GetFileName(localFile), async (stream, cancellationToken) =>
        {
            var file = new FileStream(localFile, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using var closing = file.ConfigureAwait(false);
            await file.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>Creates an export from text, in UTF-8.</summary>
    /// <param name="name">The name with an extension.</param>
    /// <param name="text">The text.</param>
    public static Export Text(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Bytes(name, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Creates an export from Markdown.</summary>
    /// <param name="name">The name; <c>.md</c> is added if it is missing.</param>
    /// <param name="text">The text.</param>
    public static Export Markdown(string name, string text) => Text(With(name, ".md"), text);

    /// <summary>Creates an export from an HTML page.</summary>
    /// <param name="name">The name; <c>.html</c> is added if it is missing.</param>
    /// <param name="text">The page.</param>
    public static Export Html(string name, string text) => Text(With(name, ".html"), text);

    /// <summary>Creates an export from an SVG image.</summary>
    /// <param name="name">The name; <c>.svg</c> is added if it is missing.</param>
    /// <param name="text">The image.</param>
    public static Export Svg(string name, string text) => Text(With(name, ".svg"), text);

    /// <summary>Creates an export from a table: comma-separated values as RFC 4180 describes them, in UTF-8 and the invariant culture; times are in ISO 8601.</summary>
    /// <param name="name">The name; <c>.csv</c> is added if it is missing.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="rows">The rows, which are enumerated once when the export is written; each has as many values as there are columns. Null is an empty field.</param>
    public static Export Csv(string name, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object?>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        return Stream(With(name, ".csv"), async (stream, cancellationToken) =>
        {
            var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\r\n" };
            await using var closing = writer.ConfigureAwait(false);
            await WriteRowAsync(columns).ConfigureAwait(false);
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (row.Count != columns.Count)
                    throw new ArgumentException($"A row has {row.Count} values, and the table has {columns.Count} columns.", nameof(rows));
                await WriteRowAsync(row).ConfigureAwait(false);
            }

            async Task WriteRowAsync(IReadOnlyList<object?> values) => await writer.WriteLineAsync(string.Join(',', values.Select(Field))).ConfigureAwait(false);
        });
    }

    /// <summary>Creates an export from a table, as the other overload does. Times are in ISO 8601, and missing values are empty.</summary>
    /// <param name="name">The name; <c>.csv</c> is added if it is missing.</param>
    /// <param name="table">The table, which is read when the export is written.</param>
    public static Export Csv(string name, DataTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Csv(name, [.. table.Columns.Cast<DataColumn>().Select(c => c.ColumnName)], table.Rows.Cast<DataRow>().Select(r => (IReadOnlyList<object?>)r.ItemArray));
    }

    /// <summary>Writes the content to a stream.</summary>
    /// <param name="stream">The stream, which stays open.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that completes when the stream has the content.</returns>
    public Task WriteAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return _write(stream, cancellationToken);
    }

    private static string Field(object? value)
    {
        var text = value switch
        {
            double or float => ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture),
            DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string With(string name, string extension)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? name : name + extension;
    }
}
