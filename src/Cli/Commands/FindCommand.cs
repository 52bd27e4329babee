using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class FindCommand
{
    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create("*?[{");

    public static Command Create()
    {
        var glob = new Argument<string>("glob")
        {
            Description = "An address with a pattern: *, ?, […], {a,b}, and ** for any number of folders. Quote it to protect it from the shell.",
            HelpName = "GLOB"
        };
        var json = Json.Option();
        return new Command("find", "List the files that match a pattern.") { glob, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var (head, pattern) = Split(parsed.GetRequiredValue(glob));
                var location = await session.OpenAsync(head, cancellationToken).ConfigureAwait(false);
                var asJson = parsed.GetValue(json);
                var leftOut = new LeftOut(session, asJson, location.Uri, path => asJson ? path.Value : AddressOf(path));
                var view = location.Store.Under(location.Path);
                await using (view.ConfigureAwait(false))
                {
                    await foreach (var entry in view.GlobAsync(pattern, new GlobOptions { Unlisted = leftOut.Add }, cancellationToken).ConfigureAwait(false))
                    {
                        if (asJson)
                            session.Output.Json(writer => EntryJson.Write(writer, entry.Path.Value, AddressOf(entry.Path), entry));
                        else
                            session.Output.Line(AddressOf(entry.Path));
                    }
                }
                return leftOut.Report();

                string AddressOf(StorePath path) => head is "." ? path.Value : location.Address.Below(path);
            });
    }

    /// <summary>Splits a pattern into the folder before the first wildcard, which is literal text, and the pattern below it.</summary>
    internal static (string Folder, string Pattern) Split(string text)
    {
        var address = Address.Parse(text);
        var prefix = text.Length - address.Rest.Length;
        if (address.Kind == AddressKind.Uri)
            prefix = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var special = text.AsSpan(prefix).IndexOfAny(Special);
        var cut = special < 0 ? text.LastIndexOf('/') : text.LastIndexOf('/', prefix + special);
        if (cut < prefix)
        {
            return address.Kind == AddressKind.Uri
                ? throw new UsageException($"The pattern '{text}' has no container. Write scheme://container/pattern.")
                : (prefix == 0 ? "." : text[..prefix], text[prefix..]);
        }
        return (cut == 0 || (address.Kind == AddressKind.Uri && cut == prefix) ? text[..(cut + 1)] : text[..cut], text[(cut + 1)..]);
    }
}
