using Cairn.Materializers;

namespace Acme;

/// <summary>The version of the framework as text.</summary>
public abstract class VersionFormat(string id, Func<IReadOnlyList<ServedType>> types, int version = 1) : Materializer
{
    public override string Id => id;

    public override int FormatVersion => version;

    public override string MediaType => "text/plain";

    public override IReadOnlyList<ServedType> Types => types();

    public override Type DefaultType => typeof(Version);

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        await using var stream = writer.Create("version.txt");
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{value}"), cancellationToken);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        await using var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken);
        using var text = new StreamReader(stream);
        return Version.Parse(await text.ReadToEndAsync(cancellationToken));
    }
}

public sealed class Good() : VersionFormat("acme-good", static () => [ServedType.Exact<Version>()]);

public sealed class OfNoType() : VersionFormat("acme-none", static () => []);

public sealed class OfOddTypes() : VersionFormat("acme-odd", static () => [ServedType.Base(typeof(IDisposable))]);

public sealed class OfNoVersion() : VersionFormat("acme-zero", static () => [ServedType.Exact<Version>()], version: 0);

public sealed class OfNoId() : VersionFormat("Not An Id", static () => [ServedType.Exact<Version>()]);

public sealed class OfUntoldTypes() : VersionFormat("acme-untold", static () => throw new InvalidOperationException("its types cannot be told"));
