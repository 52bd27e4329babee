using System.Collections.Concurrent;

namespace Cairn.Cli;

/// <summary>What a listing has met and does not list: it is said at the end, so that no listing looks complete that is not.</summary>
/// <param name="session">Prints.</param>
/// <param name="json">Whether each is also an object of the output.</param>
/// <param name="folder">The address of the folder that is listed.</param>
/// <param name="nameOf">The name of a path below it as the listing shows it.</param>
internal sealed class LeftOut(Session session, bool json, StoreUri folder, Func<StorePath, string> nameOf)
{
    private const int MostShown = 5;

    private readonly ConcurrentQueue<UnlistedEntry> _entries = [];

    /// <summary>Takes one, as the folder that is listed sees it; from any thread.</summary>
    public void Add(UnlistedEntry entry) => _entries.Enqueue(entry);

    /// <summary>Prints how many there are of a kind with the first names, and each folder that could not be read as an error.</summary>
    /// <returns>The exit code: what a listing leaves out by rule is no failure, what it could not read is.</returns>
    public int Report()
    {
        Say(UnlistedKind.Link, "link that does not lead to a file is", "links that do not lead to files are");
        Say(UnlistedKind.Special, "pipe, socket or device is", "pipes, sockets or devices are");
        Say(UnlistedKind.Unnameable, "name that no path can hold is", "names that no path can hold are");
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

    /// <summary>Names that no path can hold are below the folder that holds them.</summary>
    private string NameOf(UnlistedEntry entry)
    {
        if (entry.Path is { } path)
            return nameOf(path);
        var above = nameOf(entry.Directory);
        // The folder's own marker.
        if (entry is { Directory.IsRoot: true, Name: "/" })
            return above.TrimEnd('/') + "/";
        return above.Length == 0 || above.EndsWith('/') ? above + entry.Name : $"{above}/{entry.Name}";
    }
}
