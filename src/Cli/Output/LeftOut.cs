using System.Collections.Concurrent;

namespace Cairn.Cli;

/// <summary>Collects the entries that a listing leaves out and reports them at the end, so an incomplete listing never looks complete.</summary>
/// <param name="session">Prints the report.</param>
/// <param name="json">true to also write each entry as a JSON object.</param>
/// <param name="folder">The address of the listed folder.</param>
/// <param name="nameOf">Returns the name of a path below the folder as shown in the listing.</param>
internal sealed class LeftOut(Session session, bool json, StoreUri folder, Func<StorePath, string> nameOf)
{
    private const int MostShown = 5;

    private readonly ConcurrentQueue<UnlistedEntry> _entries = [];

    /// <summary>Adds an entry, relative to the listed folder. Thread-safe.</summary>
    public void Add(UnlistedEntry entry) => _entries.Enqueue(entry);

    /// <summary>Prints the number of entries of each kind with the first names, and each unreadable folder as an error.</summary>
    /// <returns>The exit code. Entries that are left out by rule are not failures; unreadable folders are.</returns>
    public int Report()
    {
        Say(UnlistedKind.Link, "link that does not point to a file was", "links that do not point to files were");
        Say(UnlistedKind.Special, "pipe, socket or device was", "pipes, sockets or devices were");
        Say(UnlistedKind.Unnameable, "name that is not valid in a path was", "names that are not valid in a path were");
        if (json)
            WriteJson();
        var code = ExitCode.Done;
        foreach (var entry in _entries.Where(static e => e.Kind == UnlistedKind.Unreadable))
        {
            var failure = entry.Reason as StoreException ?? new StoreException(StoreErrorCode.Unknown, entry.Reason.Message, entry.Reason);
            code = session.Report(failure.Uri is null ? failure.WithContext("list", folder / (entry.Path ?? entry.Directory)) : failure);
        }
        return code;
    }

    private void Say(UnlistedKind kind, string one, string many)
    {
        var names = _entries.Where(e => e.Kind == kind).Select(NameOf).Order(StringComparer.Ordinal).ToArray();
        if (names.Length == 0)
            return;
        var shown = string.Join(", ", names.Take(MostShown).Select(static n => $"'{n}'"));
        session.Note($"note: {names.Length} {(names.Length == 1 ? one : many)} left out: {shown}{(names.Length > MostShown ? ", \u2026" : "")}");
    }

    private void WriteJson()
    {
        foreach (var entry in _entries.OrderBy(NameOf, StringComparer.Ordinal))
        {
            session.Output.Json(writer =>
            {
                writer.WriteString("name", NameOf(entry));
                writer.WriteString("kind", entry.Kind switch { UnlistedKind.Link => "link", UnlistedKind.Special => "special", UnlistedKind.Unreadable => "unreadable", _ => "unnameable" });
                writer.WriteString("reason", session.Redact(entry.Reason is StoreException store ? store.Reason : entry.Reason.Message));
            });
        }
    }

    /// <summary>Returns the name for the report. Names that are not valid in a path are shown below their folder.</summary>
    private string NameOf(UnlistedEntry entry)
    {
        if (entry.Path is { } path)
            return nameOf(path);
        var above = nameOf(entry.Directory);
        // The marker of the folder itself.
        if (entry is { Directory.IsRoot: true, Name: "/" })
            return above.TrimEnd('/') + "/";
        return above.Length == 0 || above.EndsWith('/') ? above + entry.Name : $"{above}/{entry.Name}";
    }
}
