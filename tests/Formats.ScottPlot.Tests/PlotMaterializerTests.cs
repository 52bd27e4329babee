using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Tools;
using ScottPlot;

namespace Cairn.Formats.Charts.Tests;

public sealed class PlotMaterializerTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://plot-{Guid.NewGuid():N}", cancellationToken: Cancel), MaterializerRegistry.CreateDefault().AddScottPlot());

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task A_chart_is_saved_as_its_picture_and_loads_as_that_alone()
    {
        using var plot = Sine();
        var saved = await _repository.SaveAsync(plot, cancellationToken: Cancel);
        saved.Manifest.Facts.ShouldBe(new Dictionary<string, string> { ["format"] = "image/png", ["width"] = "800", ["height"] = "600" }, ignoreOrder: true);
        saved.Manifest.TypeName.ShouldBe("ScottPlot.Plot");
        var picture = await new ArtifactRepository(_repository.Store, MaterializerRegistry.CreateDefault(), StorePath.Root).LoadAsync<ImageFile>(saved.Digest, Cancel);
        (picture.Width, picture.Height).ShouldBe((800, 600));
        (await _repository.PreviewAsync(saved.Digest, Cancel))!.MediaType.ShouldBe("image/png");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<Plot>(saved.Digest, Cancel))).Message.ShouldContain("cannot be converted to a plot; load it as ImageFile");
    }

    [Fact]
    public async Task The_program_chooses_the_size()
    {
        var repository = new ArtifactRepository(_repository.Store, MaterializerRegistry.CreateDefault().AddScottPlot(320, 200), StorePath.Root);
        using var plot = Sine();
        var saved = await repository.SaveAsync(plot, cancellationToken: Cancel);
        var picture = await repository.LoadAsync<ImageFile>(saved.Digest, Cancel);
        (picture.Width, picture.Height).ShouldBe((320, 200));
    }

    [Fact]
    public async Task ImageMagick_sees_the_line_of_the_chart()
    {
        var identify = await DebianTool.ProgramAsync("identify", "imagemagick");
        using var plot = new Plot();
        plot.Layout.Frameless();
        plot.HideGrid();
        plot.Axes.SetLimits(0, 1, 0, 1);
        plot.Add.Rectangle(0.25, 0.75, 0.25, 0.75).FillColor = Colors.Red;
        var saved = await _repository.SaveAsync(plot, cancellationToken: Cancel);
        var folder = Directory.CreateTempSubdirectory("cairn-plot-");
        try
        {
            await _repository.DownloadAsync(saved.Digest, folder.FullName, Cancel);
            var local = Path.Join(folder.FullName, "image.png");
            (await DebianTool.RunAsync(identify, "-format", "%m %w %h", local)).Trim().ShouldBe("PNG 800 600");
            (await DebianTool.RunAsync(identify, "-format", "%[pixel:p{400,300}] %[pixel:p{20,20}]", local)).Trim().ShouldBe("srgba(255,0,0,1) srgba(255,255,255,1)");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Plot Sine()
    {
        var plot = new Plot();
        plot.Add.Signal(Generate.Sin());
        plot.Title("sin");
        return plot;
    }
}
