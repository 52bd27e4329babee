using System.Runtime.CompilerServices;
using Cairn.Catalog.Names;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>The templates of runs in a store: small files of JSON in <c>library/templates</c>, beside the folder of the artifacts. Thread-safe.</summary>
public sealed class TemplateCollection
{
    private const string Extension = ".json";
    private static readonly StorePath _folder = "library/templates";
    private readonly ArtifactStore _store;

    /// <summary>Initializes the templates of a store; <see cref="Catalog.Templates"/> are those of the store of a catalog.</summary>
    /// <param name="store">The store that contains the folder of the artifacts.</param>
    public TemplateCollection(ArtifactStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <summary>Saves a template.</summary>
    /// <param name="template">The template. One that was read replaces the version that was read; a new one replaces nothing.</param>
    /// <param name="cancellationToken">Cancels the save.</param>
    /// <returns>The template with its new version.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.AlreadyExists"/>: the template is new, and there is one of its name. <see cref="StoreErrorCode.PreconditionFailed"/>: the template was changed or deleted since it was
    /// read. <see cref="StoreErrorCode.PathConflict"/>: the name cannot name a template, or the flow cannot name a flow.
    /// </exception>
    public async Task<RunTemplate> SaveAsync(RunTemplate template, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(template);
        template = template with { Name = CatalogName.OfAsset(template.Name).Text, Flow = CatalogName.OfFlow(template.Flow) };
        var path = PathOf(template.Name);
        var content = template.ToJson();
        try
        {
            var mode = template.ETag is { } etag ? WriteMode.Match(etag) : WriteMode.CreateNew;
            var written = await _store.WriteBytesAsync(path, content, mode, new() { ContentType = "application/json" }, cancellationToken).ConfigureAwait(false);
            return template with { ETag = written.ETag };
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
        {
            throw new StoreException(new StoreFault(e.Code, $"there is a template '{ErrorText.Escape(template.Name)}' already")
            {
                Advice = "Read it, change it and save that, or choose another name.",
            }, e).WithContext("save the template", _store.GetUri(path));
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
        {
            throw new StoreException(new StoreFault(e.Code, $"the template '{ErrorText.Escape(template.Name)}' was changed or deleted since it was read") { Advice = "Read it again." }, e)
                .WithContext("replace the template", _store.GetUri(path));
        }
    }

    /// <summary>Reads a template.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>: there is no such template. <see cref="StoreErrorCode.IntegrityFailure"/>: the file is not a template that this software reads.
    /// </exception>
    public async Task<RunTemplate> GetAsync(string name, CancellationToken cancellationToken = default) =>
        await TryGetAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"there is no template '{ErrorText.Escape(name)}'") { Advice = "List the templates." })
                .WithContext("read the template", _store.GetUri(PathOf(name)));

    /// <summary>Reads a template; null if there is none of this name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.IntegrityFailure"/>: the file is not a template that this software reads.</exception>
    public async Task<RunTemplate?> TryGetAsync(string name, CancellationToken cancellationToken = default)
    {
        name = CatalogName.OfAsset(name).Text;
        var path = PathOf(name);
        try
        {
            var stream = await _store.OpenReadAsync(path, null, cancellationToken).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
            return RunTemplate.Read(name, content.ToArray(), stream.Info.ETag);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            return null;
        }
        catch (FormatException e)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.IntegrityFailure, $"the file is not a template: {e.Message.TrimEnd('.')}") { Advice = "Correct the file, or delete it." }, e)
                .WithContext("read the template", _store.GetUri(path));
        }
    }

    /// <summary>Lists the names of the templates, in the order of their bytes. The files are not read.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<string> names = [];
        await foreach (var entry in _store.ListAsync(_folder, new() { Recursive = true }, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Kind == EntryKind.File && entry.Path.Value.EndsWith(Extension, StringComparison.Ordinal))
                names.Add(entry.Path.RelativeTo(_folder).Value[..^Extension.Length]);
        }
        names.Sort(Utf8Order.Comparer);
        foreach (var name in names)
            yield return name;
    }

    /// <summary>Deletes a template.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such template.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = PathOf(CatalogName.OfAsset(name).Text);
        if (!await _store.RemoveAsync(path, cancellationToken).ConfigureAwait(false))
        {
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"there is no template '{ErrorText.Escape(name)}'") { Advice = "List the templates." })
                .WithContext("delete the template", _store.GetUri(path));
        }
    }

    /// <summary>The file of a template. A name that is an asset's may still not be that of a file on every system.</summary>
    private static StorePath PathOf(string name) => StorePath.TryParse(name + Extension, out var relative) && (_folder / relative) is { IsPortable: true } path
        ? path
        : throw new StoreException(new StoreFault(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(name)}' cannot name a template: it is not the path of a file on every system")
        {
            Advice = "Choose another name, such as letters, digits, '-', '_' and '/'.",
        });
}
