namespace Cairn.Materializers.BuiltIn;

/// <summary>A string as UTF-8.</summary>
internal sealed class TextMaterializer : Materializer<string>
{
    public override string Id => "text";

    public override string MediaType => "text/plain";

    public override string Description => "a string as UTF-8";

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => SingleFile.PreviewTextAsync(reader, cancellationToken);

    protected override ValueTask SaveAsync(string value, ArtifactWriter writer, CancellationToken cancellationToken) =>
        SingleFile.WriteAsync(writer, "text.txt", MediaType, SingleFile.Utf8.GetBytes(value), cancellationToken);

    protected override async ValueTask<string> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
        SingleFile.Utf8.GetString(await SingleFile.ReadAsync(reader, cancellationToken).ConfigureAwait(false));
}
