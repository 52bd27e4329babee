using System.Runtime.CompilerServices;
using Cairn.Catalog;
using Cairn.Cli.Commands;

namespace Cairn.Cli;

/// <summary>Completes names of templates, by one listing of the store.</summary>
internal static class TemplateCompletion
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<IReadOnlyList<string>> CompleteAsync(Session session, string store, string word, CancellationToken cancellationToken)
    {
        try
        {
            var repository = await ArtifactOptions.OpenAsync(session, store, cancellationToken).ConfigureAwait(false);
            return await new TemplateCollection(repository.Container).ListAsync(cancellationToken).Where(n => n.StartsWith(word, StringComparison.Ordinal))
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or FormatException or UsageException or ArgumentException)
        {
            // A completion does not report errors.
            return [];
        }
    }
}
