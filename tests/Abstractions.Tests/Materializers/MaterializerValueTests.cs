using Cairn.Materializers;

namespace Cairn.Tests.Materializers;

/// <summary>The small values that materializers hand out: previews and errors.</summary>
public class MaterializerValueTests
{
    [Fact]
    public void A_preview_is_text_or_a_table_or_an_image()
    {
        var text = ArtifactPreview.OfText("hello");
        (text.MediaType, text.Text, text.Columns, text.Rows.Count, text.Image.Length).ShouldBe(("text/plain", "hello", null, 0, 0));
        var table = ArtifactPreview.OfTable(["a"], [["1"], ["2"]]);
        (table.MediaType, table.Text, table.Rows.Count, table.Image.Length).ShouldBe(("text/csv", null, 2, 0));
        table.Columns.ShouldBe(["a"]);
        var image = ArtifactPreview.OfImage("image/png", new byte[] { 1, 2 });
        (image.MediaType, image.Text, image.Columns, image.Rows.Count).ShouldBe(("image/png", null, null, 0));
        image.Image.ToArray().ShouldBe([1, 2]);
        Should.Throw<ArgumentNullException>(() => ArtifactPreview.OfText(null!));
        Should.Throw<ArgumentNullException>(() => ArtifactPreview.OfTable(null!, []));
        Should.Throw<ArgumentNullException>(() => ArtifactPreview.OfTable([], null!));
        Should.Throw<ArgumentException>(() => ArtifactPreview.OfImage("", default));
    }

    [Fact]
    public void An_error_says_what_failed_why_and_with_which_materializer()
    {
        var inner = new FormatException("x");
        var error = new MaterializationException("npy", "the header is damaged", inner);
        error.Message.ShouldBe("the header is damaged (materializer npy).");
        error.InnerException.ShouldBeSameAs(inner);
        error.WithContext("load run/metrics").Message.ShouldBe("Cannot load run/metrics: the header is damaged (materializer npy).");
        error.WithContext("save").Operation.ShouldBe("load run/metrics");
        new MaterializationException(null, "no materializer fits").Message.ShouldBe("no materializer fits.");
        Should.Throw<ArgumentException>(() => new MaterializationException("npy", ""));
    }

    [Fact]
    public async Task What_is_written_repeatably_is_created_and_ended_once()
    {
        var writer = new OneStream();
        await writer.WriteRepeatableAsync("f", 3, (stream, cancellation) => stream.WriteAsync(new byte[] { 1, 2, 3 }, cancellation), "text/x");
        writer.Created.ShouldBe([("f", "text/x")]);
        writer.Stream.ToArray().ShouldBe([1, 2, 3]);
        writer.Stream.CanWrite.ShouldBeFalse();
        await Should.ThrowAsync<ArgumentNullException>(async () => await writer.WriteRepeatableAsync("f", 3, null!));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await writer.WriteRepeatableAsync("f", -1, (_, _) => default));
        writer.Created.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(typeof(MemoryStream))]
    [InlineData(typeof(DisposableOnly))]
    public async Task A_file_is_described_by_loading_it_and_what_was_loaded_is_disposed(Type type)
    {
        var loaded = Activator.CreateInstance(type)!;
        (await new Loads(type, loaded).DescribeFileAsync(new PartOfAFileTests.NoFiles(), default)).ShouldBeEmpty();
        (loaded is MemoryStream stream ? !stream.CanRead : ((DisposableOnly)loaded).IsDisposed).ShouldBeTrue();
    }

    [Fact]
    public async Task A_format_that_names_no_type_describes_no_file()
    {
        var nameless = new Loads(null, "x");
        (await Should.ThrowAsync<MaterializationException>(async () => await nameless.DescribeFileAsync(new PartOfAFileTests.NoFiles(), default))).Reason.ShouldContain("without a requested type");
        await Should.ThrowAsync<ArgumentNullException>(async () => await nameless.DescribeFileAsync(null!, default));
        nameless.CanServe(typeof(string)).ShouldBeTrue();
    }

    private sealed class DisposableOnly : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Loads(Type? type, object value) : Materializer
    {
        public override string Id => "loads";

        public override string MediaType => "application/x-loads";

        public override IReadOnlyList<ServedType> Types => [];

        public override Type? DefaultType => type;

        public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<object> LoadAsync(ArtifactReader reader, Type wanted, CancellationToken cancellationToken) => new(wanted == type ? value : throw new NotSupportedException());
    }

    private sealed class OneStream : ArtifactWriter
    {
        public MemoryStream Stream { get; } = new();

        public List<(string Name, string? MediaType)> Created { get; } = [];

        public override Stream Create(StorePath name, string? mediaType = null)
        {
            Created.Add((name.Value, mediaType));
            return Stream;
        }

        public override string CreateLocalFile(StorePath name, string? mediaType = null) => throw new NotSupportedException();

        public override ValueTask AddLocalFileAsync(StorePath name, string localFile, string? mediaType = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override void Describe(string key, string value) => throw new NotSupportedException();
    }
}
