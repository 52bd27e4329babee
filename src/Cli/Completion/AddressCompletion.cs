namespace Cairn.Cli;

/// <summary>Completes an address with the entries of its last folder, the registered stores and the active store.</summary>
internal static class AddressCompletion
{
    private const int Most = 500;

    public static async Task<IReadOnlyList<string>> CompleteAsync(Session session, string word, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        if (!word.Contains(':', StringComparison.Ordinal) && !word.Contains('/', StringComparison.Ordinal))
            AddStores(session, word, found);
        try
        {
            await AddEntriesAsync(session, word, found, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or FormatException or UsageException)
        {
            // An incomplete address that cannot be resolved has no completions, and a completion does not report errors.
            return found;
        }
        return found;
    }

    private static void AddStores(Session session, string word, List<string> found)
    {
        if (session.FindWorkspace() is not { } content)
            return;
        if (word.Length == 0 && content.Active is not null)
            found.Add(":");
        found.AddRange(content.Stores.Select(s => s.Name + ":").Where(n => n.StartsWith(word, StringComparison.Ordinal)));
    }

    private static async Task AddEntriesAsync(Session session, string word, List<string> found, CancellationToken cancellationToken)
    {
        var cut = word.LastIndexOf('/');
        if (cut < 0)
            cut = word.IndexOf(':', StringComparison.Ordinal);
        var (folder, start) = (word[..(cut + 1)], word[(cut + 1)..]);
        var location = await session.OpenAsync(folder.Length == 0 ? "." : folder, cancellationToken).ConfigureAwait(false);
        var options = new ListOptions { NamePrefix = start.Length == 0 ? null : start };
        await foreach (var entry in location.Store.ListAsync(location.Path, options, cancellationToken).ConfigureAwait(false))
        {
            if (start.Length == 0 && entry.Path.Name.StartsWith('.'))
                continue;
            found.Add(folder + entry.Path.Name + (entry.IsDirectory ? "/" : ""));
            if (found.Count >= Most)
                return;
        }
    }
}
