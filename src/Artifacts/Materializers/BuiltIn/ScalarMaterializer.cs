using System.Globalization;
using System.Numerics;
using Cairn.Errors;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Single values as text that reads back the same, independent of culture: numbers, <c>bool</c>, <c>char</c>, dates, <c>Guid</c>, <c>Uri</c>, <c>Version</c>, enums by name.</summary>
internal sealed class ScalarMaterializer : Materializer
{
    private const string KindFact = "kind";
    private const string EnumKind = "enum";
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private static readonly Dictionary<Type, Scalar> Scalars = Table().ToDictionary(s => s.Type);

    public override string Id => "scalar";

    public override string MediaType => "text/plain";

    public override string Description => "a number, bool, char, date, Guid, Uri, Version or enum as text";

    public override IReadOnlyList<ServedType> Types { get; } = [.. Scalars.Keys.Select(ServedType.Exact), ServedType.Base(typeof(Enum))];

    public override bool CanServe(Type type) => type != typeof(Enum);

    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => new Dictionary<string, string> { [KindFact] = KindOf(TypeOf(value)) };

    public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var text = value is Enum e ? e.ToString() : Scalars[TypeOf(value)].Format(value);
        return SingleFile.WriteAsync(writer, "value.txt", MediaType, SingleFile.Utf8.GetBytes(text), cancellationToken);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        var kind = reader.Facts.GetValueOrDefault(KindFact, "");
        if (kind != KindOf(type))
            throw new MaterializationException(Id, $"it holds a value of kind '{ErrorText.Escape(kind)}' and not '{KindOf(type)}'");
        var text = SingleFile.Utf8.GetString(await SingleFile.ReadAsync(reader, cancellationToken).ConfigureAwait(false));
        return type.IsEnum ? Enum.Parse(type, text) : Scalars[type].Parse(text);
    }

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => SingleFile.PreviewTextAsync(reader, cancellationToken);

    private static Type TypeOf(object value) => value is Uri ? typeof(Uri) : value.GetType();

    private static string KindOf(Type type) => type.IsEnum ? EnumKind : Scalars[type].Kind;

    private static Scalar Of<T>(string kind, string? format = null)
        where T : IFormattable, IParsable<T> => new(typeof(T), kind, v => ((T)v).ToString(format, Invariant), t => T.Parse(t, Invariant));

    private static IEnumerable<Scalar> Table() =>
    [
        new(typeof(bool), "bool", v => (bool)v ? "true" : "false", t => bool.Parse(t)),
        new(typeof(char), "char", v => ((int)(char)v).ToString(Invariant), t => (char)ushort.Parse(t, Invariant)),
        Of<sbyte>("int8"), Of<short>("int16"), Of<int>("int32"), Of<long>("int64"), Of<Int128>("int128"),
        Of<byte>("uint8"), Of<ushort>("uint16"), Of<uint>("uint32"), Of<ulong>("uint64"), Of<UInt128>("uint128"), Of<BigInteger>("bigint"),
        Of<Half>("float16", "R"), Of<float>("float32", "R"), Of<double>("float64", "R"), Of<decimal>("decimal"), Of<Complex>("complex", "R"),
        new(typeof(DateTime), "datetime", v => ((DateTime)v).ToString("O", Invariant), t => DateTime.ParseExact(t, "O", Invariant, DateTimeStyles.RoundtripKind)),
        new(typeof(DateTimeOffset), "datetimeoffset", v => ((DateTimeOffset)v).ToString("O", Invariant), t => DateTimeOffset.ParseExact(t, "O", Invariant)),
        new(typeof(DateOnly), "date", v => ((DateOnly)v).ToString("O", Invariant), t => DateOnly.ParseExact(t, "O", Invariant)),
        new(typeof(TimeOnly), "time", v => ((TimeOnly)v).ToString("O", Invariant), t => TimeOnly.ParseExact(t, "O", Invariant)),
        new(typeof(TimeSpan), "timespan", v => ((TimeSpan)v).ToString("c", Invariant), t => TimeSpan.ParseExact(t, "c", Invariant)),
        new(typeof(Guid), "guid", v => ((Guid)v).ToString("D"), t => Guid.ParseExact(t, "D")),
        new(typeof(Uri), "uri", v => ((Uri)v).OriginalString, t => new Uri(t, UriKind.RelativeOrAbsolute)),
        new(typeof(Version), "version", v => ((Version)v).ToString(), Version.Parse),
    ];

    private sealed record Scalar(Type Type, string Kind, Func<object, string> Format, Func<string, object> Parse);
}
