using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Tools;
using SkiaSharp;

namespace Cairn.Formats.Skia.Tests;

public sealed class SkiaMaterializerTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://skia-{Guid.NewGuid():N}", cancellationToken: Cancel), MaterializerRegistry.CreateDefault()
            .AddSkia(maxPixels: 10_000));

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task A_picture_is_an_image_for_programs_without_SkiaSharp()
    {
        using var bitmap = Pictures.Gradient();
        var saved = await _repository.SaveAsync(bitmap, cancellationToken: Cancel);
        saved.Manifest.Facts.ShouldBe(new Dictionary<string, string> { ["format"] = "image/png", ["width"] = "9", ["height"] = "5" }, ignoreOrder: true);
        var plain = new ArtifactRepository(_repository.Store, MaterializerRegistry.CreateDefault(), StorePath.Root);
        var file = await plain.LoadAsync<ImageFile>(saved.Digest, Cancel);
        (file.Format, file.Width, file.Height).ShouldBe((ImageFormat.Png, 9, 5));
        (await plain.PreviewAsync(saved.Digest, Cancel))!.MediaType.ShouldBe("image/png");
        (await _repository.SaveAsync(file, cancellationToken: Cancel)).Manifest.Files[0].Digest.ShouldBe(saved.Manifest.Files[0].Digest);
    }

    [Fact]
    public async Task Half_transparent_colors_come_back_as_SkiaSharp_holds_them()
    {
        using var bitmap = new SKBitmap(256, 16, SKColorType.Rgba8888, SKAlphaType.Premul);
        for (var x = 0; x < 256; x++)
        {
            for (var y = 0; y < 16; y++)
                bitmap.SetPixel(x, y, new SKColor((byte)x, (byte)(255 - x), 77, (byte)(y * 17)));
        }
        var saved = await _repository.SaveAsync(bitmap, cancellationToken: Cancel);
        using var loaded = await _repository.LoadAsync<SKBitmap>(saved.Digest, Cancel);
        loaded.Pixels.ShouldBe(bitmap.Pixels);
    }

    [Fact]
    public async Task A_picture_cut_short_is_an_error_and_not_half_a_picture()
    {
        var whole = Pictures.File(SKEncodedImageFormat.Png);
        var errors = 0;
        for (var length = 33; length < whole.Content.Length; length++)
        {
            var saved = await _repository.SaveAsync(ImageFile.Parse(whole.Content[..length]), cancellationToken: Cancel);
            try
            {
                // Where only check sums are missing, every pixel is there.
                using var loaded = await _repository.LoadAsync<SKBitmap>(saved.Digest, Cancel);
                Pictures.Text(loaded).ShouldBe(Pictures.Text(whole), $"{length} bytes");
            }
            catch (MaterializationException e)
            {
                (e.Reason.Contains("truncated", StringComparison.Ordinal) || e.Reason.Contains("cannot be decoded", StringComparison.Ordinal)).ShouldBeTrue($"{length}: {e.Reason}");
                errors++;
            }
        }
        errors.ShouldBeGreaterThan(whole.Content.Length / 2);
    }

    [Fact]
    public async Task A_picture_that_announces_too_many_pixels_takes_no_memory()
    {
        var content = Pictures.File(SKEncodedImageFormat.Png).Content.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(29), Crc32.HashToUInt32(content.AsSpan(12, 17)));
        var saved = await _repository.SaveAsync(ImageFile.Parse(content), cancellationToken: Cancel);
        var error = await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<SKImage>(saved.Digest, Cancel));
        error.Message.ShouldContain("it has 60000 × 60000 pixels, more than the limit of 10000");
        (await _repository.LoadAsync<ImageFile>(saved.Digest, Cancel)).Width.ShouldBe(60_000);
    }

    [Fact]
    public async Task What_SkiaSharp_does_not_draw_says_what_to_load_it_as()
    {
        var saved = await _repository.SaveAsync(ImageFile.Parse(Encoding.UTF8.GetBytes("<svg width='3' height='4' xmlns='http://www.w3.org/2000/svg'/>")), cancellationToken: Cancel);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<SKImage>(saved.Digest, Cancel))).Message.ShouldContain("load it as ImageFile");
        (await _repository.LoadAsync<ImageFile>(saved.Digest, Cancel)).Height.ShouldBe(4);
    }

    [Fact]
    public async Task Pictures_and_charts_are_added_in_any_order()
    {
        foreach (var registry in new[] { MaterializerRegistry.CreateDefault().AddSkia().AddScottPlot(40, 30), MaterializerRegistry.CreateDefault().AddScottPlot(40, 30).AddSkia() })
        {
            var repository = new ArtifactRepository(_repository.Store, registry, StorePath.Root);
            var saved = await repository.SaveAsync(new ScottPlot.Plot(), cancellationToken: Cancel);
            using var picture = await repository.LoadAsync<SKImage>(saved.Digest, Cancel);
            (picture.Width, picture.Height).ShouldBe((40, 30));
        }
    }

    [Fact]
    public async Task ImageMagick_reads_what_is_saved_and_its_pictures_load()
    {
        var magick = await DebianTool.ProgramAsync("identify", "imagemagick");
        var folder = Directory.CreateTempSubdirectory("cairn-skia-");
        try
        {
            using var bitmap = Pictures.Gradient();
            var saved = await _repository.SaveAsync(bitmap, cancellationToken: Cancel);
            await _repository.DownloadAsync(saved.Digest, folder.FullName, Cancel);
            var local = Path.Join(folder.FullName, "image.png");
            (await DebianTool.RunAsync(magick, "-format", "%m %w %h", local)).Trim().ShouldBe("PNG 9 5");
            var lines = (await DebianTool.RunAsync(Path.Join(Path.GetDirectoryName(magick), "convert"), local, "-depth", "8", "txt:-")).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
            lines.Length.ShouldBe(45);
            foreach (var line in lines)
            {
                var (at, hex) = (line[..line.IndexOf(':', StringComparison.Ordinal)].Split(','), line[(line.IndexOf('#', StringComparison.Ordinal) + 1)..][..8]);
                var color = bitmap.GetPixel(int.Parse(at[0], CultureInfo.InvariantCulture), int.Parse(at[1], CultureInfo.InvariantCulture));
                if (color.Alpha == 255)
                    hex.ShouldBe($"{color.Red:X2}{color.Green:X2}{color.Blue:X2}FF", line);
                else
                    hex.ShouldEndWith("00", customMessage: line);
            }

            var theirs = Path.Join(folder.FullName, "theirs.png");
            await DebianTool.RunAsync(Path.Join(Path.GetDirectoryName(magick), "convert"), "-size", "3x2", "xc:#336699", theirs);
            var theirsSaved = await _repository.SaveAsync(await ImageFile.ReadAsync(theirs, Cancel), cancellationToken: Cancel);
            using var loaded = await _repository.LoadAsync<SKBitmap>(theirsSaved.Digest, Cancel);
            (loaded.Width, loaded.Height, loaded.GetPixel(2, 1)).ShouldBe((3, 2, new SKColor(0x33, 0x66, 0x99)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
