using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Cairn.Errors;

namespace Cairn.Materializers;

/// <summary>The materializers of a program, and the rules that select one for a type.</summary>
/// <remarks>
/// <para>
/// <para>The choice is deterministic and does not depend on the order of registration. Materializers of the program precede those of plugins, which precede
/// the built-in ones; among these, exact types precede open generic types, the nearest base class, interfaces (an interface before those that it extends)
/// and any type. A yielding one (<see cref="ServedType.Yielding"/>) comes after all of these except the built-in ones for any type. Two equally good
/// materializers are an error that names both.</para>
/// </para>
/// <para><para>Thread-safe; register materializers before the first use.</para></para>
/// </remarks>
public sealed partial class MaterializerRegistry
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Type, MaterializerChoice> _choices = new();
    private volatile RegisteredMaterializer[] _all = [];

    /// <summary>Adds a materializer.</summary>
    /// <param name="materializer">The materializer.</param>
    /// <param name="origin">The origin. Default: the program.</param>
    /// <returns>The registry.</returns>
    /// <exception cref="ArgumentException">The id is not valid or already in use for this origin, or the materializer supports no type.</exception>
    public MaterializerRegistry Add(Materializer materializer, MaterializerOrigin origin = MaterializerOrigin.Program)
    {
        ArgumentNullException.ThrowIfNull(materializer);
        if (!IsId(materializer.Id))
            throw new ArgumentException($"'{ErrorText.Escape(materializer.Id ?? "")}' is not a valid materializer id: 1 to 64 lower-case ASCII letters, digits, '-', '_' and '.'.",
                nameof(materializer));
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

    /// <summary>
    /// Replaces a materializer by one that supports more types. Its files have the same id, so programs without the extension can read them.
    /// </summary>
    /// <param name="id">The id of an existing materializer.</param>
    /// <param name="extend">Creates the replacement from the existing materializer, with the same id and format version. Its origin is the program.</param>
    /// <returns>The registry.</returns>
    /// <remarks>A materializer can be extended several times; each extension is created from the previous one.</remarks>
    /// <exception cref="ArgumentException">The materializer does not exist, or the extension has a different id or format version.</exception>
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

    /// <summary>Adds a materializer with one file, implemented by two delegates.</summary>
    /// <typeparam name="T">The supported type.</typeparam>
    /// <param name="id">The id, which is part of manifests and never changes.</param>
    /// <param name="mediaType">The media type of the file.</param>
    /// <param name="save">Writes a value to a stream, without closing it.</param>
    /// <param name="load">Reads a value from a stream, without closing it.</param>
    /// <returns>The registry.</returns>
    public MaterializerRegistry Add<T>(string id, string mediaType, Func<T, Stream, CancellationToken, ValueTask> save, Func<Stream, CancellationToken, ValueTask<T>> load)
        where T : notnull => Add(new DelegateMaterializer<T>(id, mediaType, save, load));

    /// <summary>Adds a materializer with one file, implemented by two delegates, for a library that supports only local files.</summary>
    /// <typeparam name="T">The type that it serves.</typeparam>
    /// <param name="id">Its id, which manifests name and which never changes.</param>
    /// <param name="mediaType">The file's media type.</param>
    /// <param name="fileName">The name of the file in the artifact, with the extension that the library requires.</param>
    /// <param name="save">Writes a value to the local file with the given path.</param>
    /// <param name="load">Reads a value from the local file with the given path, which is deleted afterwards.</param>
    /// <returns>This registry.</returns>
    public MaterializerRegistry AddLocalFile<T>(string id, string mediaType, StorePath fileName, Action<T, string> save, Func<string, T> load)
        where T : notnull => Add(new LocalFileMaterializer<T>(id, mediaType, fileName, save, load));

    /// <summary>Returns all materializers, ordered by origin and id.</summary>
    public IReadOnlyList<RegisteredMaterializer> List() => _all;

    /// <summary>Finds a materializer by its id; if several origins have it, the first.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out Materializer? materializer)
    {
        materializer = Array.Find(_all, r => r.Materializer.Id == id)?.Materializer;
        return materializer is not null;
    }

    /// <summary>Returns the choice of a materializer for a type, with its reasons.</summary>
    public MaterializerChoice Explain(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _choices.GetOrAdd(type, Choose);
    }

    /// <summary>Returns the materializer for a type.</summary>
    /// <exception cref="MaterializationException">No materializer supports the type, or two are equally good; the message names both.</exception>
    public Materializer Resolve(Type type) => Explain(type).Require();

    /// <summary>Returns whether a materializer supports a type.</summary>
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
