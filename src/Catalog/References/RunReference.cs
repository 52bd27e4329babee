using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Cairn.Catalog.Names;
using Cairn.Catalog.References;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;
using Cairn.TextConverters;

namespace Cairn.Catalog;

/// <summary>
/// A reference to a run, or to a step, a task or an output of a run, as people type it: <c>Train/7k3f9q2x</c>, <c>Train/latest</c>, <c>Train/latest-successful</c> or the id of the run; then
/// <c>/fit</c> for a step, <c>/fit/3</c> for the task of an item, and <c>#accuracy</c> for an output.
/// </summary>
/// <remarks>
/// The name of a flow may contain <c>/</c>, and one of its parts may look like the short id of a run. So the text does not always tell which part is the run: of the ways to read it, the one
/// counts for which a run exists. If there are several, the reference is refused, and the id of the run makes it unambiguous.
/// </remarks>
[TypeConverter(typeof(TextTypeConverter<RunReference>)), JsonConverter(typeof(TextJsonConverter<RunReference>))]
public readonly record struct RunReference : IParsable<RunReference>
{
    private readonly string? _text;

    private RunReference(string text) => _text = text;

    /// <summary>Gets the id of the run, with which the reference begins; null if the reference names the run by its flow.</summary>
    public Guid? Id => IdOf(ToString());

    /// <summary>Gets the ways to read the reference.</summary>
    internal IEnumerable<RunSplit> Splits => SplitsOf(ToString());

    /// <summary>Returns a reference to a run.</summary>
    public static RunReference OfRun(Guid id) => new(id.ToString());

    /// <summary>Returns a reference to the newest run of a flow.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name a flow.</exception>
    public static RunReference OfLatest(string flow) => Of(flow, RunSplit.Latest);

    /// <summary>Returns a reference to the newest run of a flow that has succeeded.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PathConflict"/>: the text cannot name a flow.</exception>
    public static RunReference OfLatestSuccessful(string flow) => Of(flow, RunSplit.LatestSuccessful);

    /// <summary>Parses a reference.</summary>
    /// <exception cref="FormatException">The text is not a reference to a run.</exception>
    public static RunReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var reference) ? reference : throw new FormatException(Refusal(text));
    }

    /// <summary>Tries to parse a reference.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunReference reference)
    {
        reference = default;
        if (text is null || !SplitsOf(text).Any())
            return false;
        reference = new(text);
        return true;
    }

    static RunReference IParsable<RunReference>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<RunReference>.TryParse(string? s, IFormatProvider? provider, out RunReference result) => TryParse(s, out result);

    /// <summary>Parses a text, so that methods which take a reference also accept a string.</summary>
    /// <exception cref="ArgumentException">The text is not a reference to a run.</exception>
    public static implicit operator RunReference(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var reference) ? reference : throw new ArgumentException(Refusal(text), nameof(text));
    }

    /// <summary>Returns a reference to a run, so that methods which take a reference also accept an id.</summary>
    public static implicit operator RunReference(Guid id) => OfRun(id);

    /// <summary>Returns the text of the reference, which is parsed to an equal one; empty for the default value, which is a reference to nothing.</summary>
    public override string ToString() => _text ?? "";

    internal static RunReference Of(string flow, string id) => new($"{CatalogName.OfFlow(flow)}/{id}");

    /// <summary>The reference to a task or an output of the run.</summary>
    internal RunReference With(string step, string? item, string? output) => new($"{this}/{step}{(item is null ? "" : $"/{item}")}{(output is null ? "" : $"#{output}")}");

    /// <summary>The reference to an output of the task.</summary>
    internal RunReference WithOutput(string output) => new($"{this}#{output}");

    private static Guid? IdOf(string text) => Guid.TryParseExact(text.AsSpan(0, Math.Min(text.Length, 36)), "D", out var id) && text.StartsWith(id.ToString(), StringComparison.Ordinal) ? id : null;

    private static IEnumerable<RunSplit> SplitsOf(string text)
    {
        if (IdOf(text) is { } id && IsTail(text[36..]))
            yield return new("", id.ToString(), text[36..]);
        // Neither a flow nor a run contains '#'.
        var head = text.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash ? hash : text.Length;
        for (var slash = text.IndexOf('/', StringComparison.Ordinal); slash >= 0 && slash < head; slash = text.IndexOf('/', slash + 1))
        {
            var end = text.AsSpan(slash + 1).IndexOfAny('/', '#') is >= 0 and var length ? slash + 1 + length : text.Length;
            var split = new RunSplit(text[..slash], text[(slash + 1)..end], text[end..]);
            if ((split.Id is RunSplit.Latest or RunSplit.LatestSuccessful || ShortRunId.IsValid(split.Id)) && IsTail(split.Tail) && IsFlow(split.Flow))
                yield return split;
        }
    }

    /// <summary>Whether a text is empty, or has a step.</summary>
    private static bool IsTail(string text) => text.Length == 0 || (text.Length > 1 && text[0] == '/' && text[1] != '/');

    private static bool IsFlow(string text)
    {
        try
        {
            return text.Length > 0 && CatalogName.OfFlow(text).Length > 0;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.PathConflict)
        {
            return false;
        }
    }

    private static string Refusal(string text) =>
        $"'{ErrorText.Escape(text)}' is not a reference to a run: it is neither the id of a run nor the name of a flow with '/latest', '/latest-successful' or '/' and the short id of a run.";
}
