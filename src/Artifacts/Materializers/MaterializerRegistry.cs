using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Cairn.Errors;

namespace Cairn.Materializers;

/// <summary>The materializers that a program has, and which of them serves a type.</summary>
/// <remarks>
/// <para>The choice is the same in every run and does not depend on the order of registration: the program's own before plugins' before built-in ones; among these, exact before open
/// generic before nearest base class before interface (an interface before those that it extends) before any. One that yields (<see cref="ServedType.Yielding"/>) goes after all of these but
/// the built-in ones of any type. Two that are as good are an error that names both.</para>
/// <para>Safe to use from many threads; register before the first use.</para>
/// </remarks>
public sealed partial class MaterializerRegistry
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Type, MaterializerChoice> _choices = new();
    private volatile RegisteredMaterializer[] _all = [];

    /// <summary>Adds a materializer.</summary>
    /// <param name="materializer">The materializer.</param>
    /// <param name="origin">Who brings it; the program by default.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">Its id is no id, or taken by one of the same origin, or it serves nothing.</exception>
    public MaterializerRegistry Add(Materializer materializer, MaterializerOrigin origin = MaterializerOrigin.Program)
    {
        ArgumentNullException.ThrowIfNull(materializer);
        if (!IsId(materializer.Id))
            throw new ArgumentException($"'{ErrorText.Escape(materializer.Id ?? "")}' is no materializer id: 1 to 64 lower-case ASCII letters, digits, '-', '_' and '.'.", nameof(materializer));
        if (materializer.Types.Count == 0)
            throw new ArgumentException($"The materializer {materializer.Id} serves no type.", nameof(materializer));
        ArgumentOutOfRangeException.ThrowIfLessThan(materializer.FormatVersion, 1, nameof(materializer));
        lock (_gate)
        {
            if (Array.Exists(_all, r => r.Origin == origin && r.Materializer.Id == materializer.Id))
                throw new ArgumentException($"There is a materializer {materializer.Id} already ({origin}).", nameof(materializer));
            _all = [.. _all.Append(new(materializer, origin)).OrderBy(r => r.Origin).ThenBy(r => r.Materializer.Id, StringComparer.Ordinal)];
            _choices.Clear();
        }
        return this;
    }

    /// <summary>Puts one that serves more types in the place of a materializer: what it writes is of the same id, so programs without the extension read it.</summary>
    /// <param name="id">The id of a materializer that is there.</param>
    /// <param name="extend">Makes the one that takes its place, over it: of the same id and format version. It counts as the program's own.</param>
    /// <returns>This registry.</returns>
    /// <remarks>It can be extended again: each extension is made over the one before.</remarks>
    /// <exception cref="ArgumentException">There is no such materializer, or the extension is of another id or format version.</exception>
    public MaterializerRegistry Extend(string id, Func<Materializer, Materializer> extend)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(extend);
        lock (_gate)
        {
            if (!TryGet(id, out var extended))
                throw new ArgumentException($"There is no materializer {ErrorText.Escape(id)} to extend.", nameof(id));
            var extension = extend(extended);
            if (extension.Id != id || extension.FormatVersion != extended.FormatVersion)
                throw new ArgumentException($"What extends {id} {extended.FormatVersion} is of the same id and version, and not {ErrorText.Escape(extension.Id ?? "")} {extension.FormatVersion}.", nameof(extend));
            var before = _all;
            _all = Array.FindAll(_all, r => r.Origin != MaterializerOrigin.Program || r.Materializer.Id != id);
            try
            {
                return Add(extension);
            }
            catch
            {
                _all = before;
                throw;
            }
        }
    }

    /// <summary>Adds a materializer of one file from two delegates.</summary>
    /// <typeparam name="T">The type that it serves.</typeparam>
    /// <param name="id">Its id, which manifests name and which never changes.</param>
    /// <param name="mediaType">The file's media type.</param>
    /// <param name="save">Writes a value to a stream, which stays open.</param>
    /// <param name="load">Reads a value from a stream, which stays open.</param>
    /// <returns>This registry.</returns>
    public MaterializerRegistry Add<T>(string id, string mediaType, Func<T, Stream, CancellationToken, ValueTask> save, Func<Stream, CancellationToken, ValueTask<T>> load)
        where T : notnull => Add(new DelegateMaterializer<T>(id, mediaType, save, load));

    /// <summary>Adds a materializer of one file from two delegates, for a library that only knows local files.</summary>
    /// <typeparam name="T">The type that it serves.</typeparam>
    /// <param name="id">Its id, which manifests name and which never changes.</param>
    /// <param name="mediaType">The file's media type.</param>
    /// <param name="fileName">The file's name in the artifact, with the extension that the library expects.</param>
    /// <param name="save">Writes a value to a local file of the given full name.</param>
    /// <param name="load">Reads a value from a local file of the given full name, which is gone afterwards.</param>
    /// <returns>This registry.</returns>
    public MaterializerRegistry AddLocalFile<T>(string id, string mediaType, StorePath fileName, Action<T, string> save, Func<string, T> load)
        where T : notnull => Add(new LocalFileMaterializer<T>(id, mediaType, fileName, save, load));

    /// <summary>All materializers, by origin and id.</summary>
    public IReadOnlyList<RegisteredMaterializer> List() => _all;

    /// <summary>The materializer of an id; of several origins, the first.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out Materializer? materializer)
    {
        materializer = Array.Find(_all, r => r.Materializer.Id == id)?.Materializer;
        return materializer is not null;
    }

    /// <summary>Which materializer serves a type, and why.</summary>
    public MaterializerChoice Explain(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _choices.GetOrAdd(type, Choose);
    }

    /// <summary>The materializer that serves a type.</summary>
    /// <exception cref="MaterializationException">None serves it, or two are as good: the message names both.</exception>
    public Materializer Resolve(Type type) => Explain(type).Require();

    /// <summary>Whether a materializer serves a type, in whatever way.</summary>
    internal static bool Serves(Materializer materializer, Type type) => Best(new(materializer, default), type) is not null;

    private static MaterializerCandidate? Best(RegisteredMaterializer registered, Type type)
    {
        if (!registered.Materializer.CanServe(type))
            return null;
        return registered.Materializer.Types
            .Select(served => (Served: served, Distance: TypeMatch.DistanceOf(served, type)))
            .Where(m => m.Distance is not null)
            .Select(m => new MaterializerCandidate(registered, m.Served, m.Distance!.Value))
            .Aggregate((MaterializerCandidate?)null, (best, next) => best is null || Compare(next, best) < 0 ? next : best);
    }

    private static int Compare(MaterializerCandidate a, MaterializerCandidate b)
    {
        // One that yields goes after all built-in ones but those of any type, whoever brought it.
        var order = OriginOf(a).CompareTo(OriginOf(b));
        if (order == 0)
            order = (a.Served.Kind == ServedKind.Any).CompareTo(b.Served.Kind == ServedKind.Any);
        if (order == 0)
            order = a.Served.Yields.CompareTo(b.Served.Yields);
        if (order == 0)
            order = a.Registered.Origin.CompareTo(b.Registered.Origin);
        if (order == 0)
            order = a.Served.Kind.CompareTo(b.Served.Kind);
        if (order == 0)
            order = a.Distance.CompareTo(b.Distance);
        if (order == 0 && a.Served.Kind == ServedKind.Interface && a.Served.Type != b.Served.Type)
            order = TypeMatch.Implements(a.Served.Type, b.Served.Type) ? -1 : TypeMatch.Implements(b.Served.Type, a.Served.Type) ? 1 : 0;
        return order;

        static MaterializerOrigin OriginOf(MaterializerCandidate c) => c.Served.Yields ? MaterializerOrigin.BuiltIn : c.Registered.Origin;
    }

    private static bool IsId(string? id) =>
        id is { Length: > 0 and <= 64 } && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    private MaterializerChoice Choose(Type type)
    {
        var all = _all.Select(r => Best(r, type)).OfType<MaterializerCandidate>().ToList();
        // Being more specific is not transitive over unrelated interfaces, so the best is who is beaten by nobody, rather than the first of a sorted list.
        var unbeaten = all.FindAll(c => !all.Exists(other => other != c && Compare(other, c) < 0));
        var rest = all.Except(unbeaten).OrderBy(c => c.Registered.Origin).ThenBy(c => c.Served.Kind).ThenBy(c => c.Distance).ThenBy(c => c.Registered.Materializer.Id, StringComparer.Ordinal);
        return new(type, [.. unbeaten, .. rest], unbeaten.Count > 1 ? unbeaten[1] : null);
    }
}
