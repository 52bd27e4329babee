using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class TreeCommand
{
    public static Command Create()
    {
        var address = AddressArgument.Optional("address", "A folder. Default: the active store.");
        var depth = new Option<int>("--depth") { Description = "The number of levels to show. Default: all.", HelpName = "LEVELS", DefaultValueFactory = _ => int.MaxValue };
        var json = Json.Option();
        return new Command("tree", "Show a folder and its content as a tree.") { address, depth, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                if (parsed.GetValue(depth) < 1)
                    throw new UsageException("--depth must be 1 or greater.");
                var location = await session.OpenAsync(parsed.GetRequiredValue(address), cancellationToken).ConfigureAwait(false);
                var found = await location.LookAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw location.Fault(StoreErrorCode.NotFound, "list", "no file or folder exists at that path");
                var leftOut = new LeftOut(session, parsed.GetValue(json), location.Uri, static path => path.Value);
                var tree = new Tree(session.Output, location, leftOut, parsed.GetValue(depth), parsed.GetValue(json));
                if (!tree.Json)
                    session.Output.Line(location.Address.Text);
                if (found.IsDirectory)
                    await tree.ShowAsync(location.Path, "", 1, cancellationToken).ConfigureAwait(false);
                if (!tree.Json)
                    session.Output.Line($"{tree.Directories} {(tree.Directories == 1 ? "folder" : "folders")}, {tree.Files} {(tree.Files == 1 ? "file" : "files")}, {ByteSize.Format(tree.Bytes)}");
                return leftOut.Report();
            });
    }

    private sealed class Tree(CommandOutput output, Location location, LeftOut leftOut, int depth, bool json)
    {
        private readonly ListOptions _options = new() { Unlisted = entry => leftOut.Add(entry.RelativeTo(location.Path)) };

        public bool Json => json;

        public long Directories { get; private set; }

        public long Files { get; private set; }

        public long Bytes { get; private set; }

        /// <summary>Prints one folder. An entry is printed when the next one is known, because the last entry is drawn differently.</summary>
        public async Task ShowAsync(StorePath folder, string indent, int level, CancellationToken cancellationToken)
        {
            StoreEntry? waiting = null;
            await foreach (var entry in location.Store.ListAsync(folder, _options, cancellationToken).ConfigureAwait(false))
            {
                if (waiting is not null)
                    await ShowAsync(waiting, indent, level, last: false, cancellationToken).ConfigureAwait(false);
                waiting = entry;
            }
            if (waiting is not null)
                await ShowAsync(waiting, indent, level, last: true, cancellationToken).ConfigureAwait(false);
        }

        private async Task ShowAsync(StoreEntry entry, string indent, int level, bool last, CancellationToken cancellationToken)
        {
            if (json)
                output.Json(writer => EntryJson.Write(writer, entry.Path.RelativeTo(location.Path).Value, location.Display(entry.Path), entry));
            else
                output.Line($"{indent}{(last ? "└── " : "├── ")}{entry.Path.Name}{(entry.IsDirectory ? "/" : "")}");
            if (entry.IsFile)
            {
                Files++;
                Bytes += entry.Length;
                return;
            }
            Directories++;
            if (level == depth)
                return;
            try
            {
                await ShowAsync(entry.Path, indent + (last ? "    " : "│   "), level + 1, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (!e.IsTransient)
            {
                leftOut.Add(new UnlistedEntry(entry.Path.Parent, entry.Path.Name, UnlistedKind.Unreadable, e).RelativeTo(location.Path));
            }
        }
    }
}
