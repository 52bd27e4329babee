using System.CommandLine;
using System.Text.Json;
using Cairn.Catalog;
using Cairn.Cli.Commands;
using Cairn.Errors;

namespace Cairn.Cli;

/// <summary>One run of a command of the catalog: its session and arguments, and the catalog, which is opened after the arguments were checked.</summary>
internal sealed class CatalogCall(CatalogOptionSet options, Session session, ParseResult parsed, CancellationToken cancellationToken) : IAsyncDisposable
{
    private Catalog.Catalog? _catalog;
    private string? _temporary;

    public Session Session => session;

    public CommandOutput Output => session.Output;

    public CancellationToken Stopping => cancellationToken;

    public bool IsJson { get; } = parsed.GetValue(options.Json);

    /// <summary>Gets whether changes are decided and not written.</summary>
    public bool IsDryRun { get; } = options.IsDryRun(parsed);

    public ParseResult Parsed => parsed;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>Opens the catalog. Only a change begins one.</summary>
    /// <param name="changes">false if this call of a command that can make changes only reads.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the call only reads, and there is no catalog.</exception>
    public async Task<Catalog.Catalog> OpenAsync(bool changes = true)
    {
        var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(options.Store), cancellationToken).ConfigureAwait(false);
        return _catalog = !options.Changes || !changes ? await CatalogOpening.ForReadingAsync(session, repository, cancellationToken).ConfigureAwait(false)
            : IsDryRun ? CatalogOpening.ForDryRun(repository, options.UserOf(parsed), _temporary = Path.Join(Path.GetTempPath(), $"cairn-dry-run-{Guid.NewGuid():N}"))
            : CatalogOpening.ForChanges(session, repository, options.UserOf(parsed));
    }

    /// <summary>Opens the catalog for answers from the index on this machine, without asking the store.</summary>
    public async Task<Catalog.Catalog> OpenCachedAsync()
    {
        var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(options.Store), cancellationToken).ConfigureAwait(false);
        return _catalog = CatalogOpening.ForCached(session, repository);
    }

    /// <summary>Publishes the copies of the records.</summary>
    public Task FlushAsync() => _catalog is null ? Task.CompletedTask : CatalogOpening.FlushAsync(session, _catalog, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_catalog is not null)
            await _catalog.DisposeAsync().ConfigureAwait(false);
        if (_temporary is not null && Directory.Exists(_temporary))
            Directory.Delete(_temporary, recursive: true);
    }

    /// <summary>Prints a change: a line for people, which tells whether nothing was written, or an object.</summary>
    public void Report(string line, Action<Utf8JsonWriter> writeMembers)
    {
        if (!IsJson)
            Output.Line(IsDryRun ? $"{line} (dry run: nothing was written)" : line);
        else
        {
            Output.Json(writer =>
            {
                writeMembers(writer);
                if (IsDryRun)
                    writer.WriteBoolean("dryRun", true);
            });
        }
    }

    /// <summary>Makes a change for each reference; a failure does not stop the others.</summary>
    /// <param name="texts">The references.</param>
    /// <param name="change">The verb for the change, such as <c>delete</c>.</param>
    /// <param name="done">The word for a change that was made, such as <c>deleted</c>.</param>
    /// <param name="apply">Makes the change; returns false if nothing had to be changed.</param>
    public Task<int> ForEachAsync(IReadOnlyList<string> texts, string change, string done, Func<AssetCollection, AssetReference, Task<bool>> apply) =>
        ForEachAsync([.. texts.Select(AssetArgument.ParseAsset)], change, done, (catalog, reference) => apply(catalog.Assets, reference));

    /// <summary>Makes a change for each run; a failure does not stop the others.</summary>
    /// <param name="texts">The references.</param>
    /// <param name="change">The verb for the change, such as <c>delete</c>.</param>
    /// <param name="done">The word for a change that was made, such as <c>deleted</c>.</param>
    /// <param name="apply">Makes the change; returns false if nothing had to be changed.</param>
    public Task<int> ForEachRunAsync(IReadOnlyList<string> texts, string change, string done, Func<RunCollection, RunReference, Task<bool>> apply) =>
        ForEachAsync([.. texts.Select(RunArgument.Parse)], change, done, (catalog, reference) => apply(catalog.Runs, reference));

    private async Task<int> ForEachAsync<T>(T[] references, string change, string done, Func<Catalog.Catalog, T, Task<bool>> apply)
        where T : notnull
    {
        var catalog = await OpenAsync().ConfigureAwait(false);
        return await session.ForEachAsync(references, async reference =>
        {
            bool changed;
            try
            {
                changed = await apply(catalog, reference).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.PreconditionFailed)
            {
                // The address of a record does not tell which of the references it was.
                throw new StoreException(new StoreFault(e.Code, e.Reason) { Advice = e.Advice }, e).WithContext($"{change} '{ErrorText.Escape(reference.ToString()!)}' in", catalog.Repository.Store.Root);
            }
            Report(changed ? $"{reference} {done}" : $"{reference} unchanged", writer =>
            {
                writer.WriteString("reference", reference.ToString());
                writer.WriteString("change", change);
                writer.WriteBoolean("changed", changed);
            });
        }).ConfigureAwait(false);
    }
}
