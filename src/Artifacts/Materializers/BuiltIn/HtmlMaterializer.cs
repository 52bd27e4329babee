namespace Cairn.Materializers.BuiltIn;

/// <summary>HTML pages as they are.</summary>
internal sealed class HtmlMaterializer : Materializer<HtmlFile>
{
    public override string Id => "html";

    public override string MediaType => "text/html";

    public override string Description => "HtmlFile: a page, such as a report or an interactive chart";

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => SingleFile.PreviewTextAsync(reader, cancellationToken);

    protected override IReadOnlyDictionary<string, string> ExtractMetadata(HtmlFile value) =>
        value.Title is { } title ? new Dictionary<string, string> { ["title"] = title } : base.ExtractMetadata(value);

    protected override ValueTask SaveAsync(HtmlFile value, ArtifactWriter writer, CancellationToken cancellationToken) =>
        SingleFile.WriteAsync(writer, "page.html", MediaType, value.Content, cancellationToken);

    protected override async ValueTask<HtmlFile> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
        new(await SingleFile.ReadAsync(reader, cancellationToken).ConfigureAwait(false));
}
