using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Materializers;

public sealed class DocumentTests
{
    [Fact]
    public void The_size_is_read_from_the_header()
    {
        Says(ImageFile.Parse(Images.Png), ImageFormat.Png, "image/png", 3, 2);
        Says(ImageFile.Parse(Images.Jpeg), ImageFormat.Jpeg, "image/jpeg", 5, 4);
        Says(ImageFile.Parse(Encoding.UTF8.GetBytes(Images.Svg)), ImageFormat.Svg, "image/svg+xml", 640, 34);
        Says(ImageFile.Parse("\uFEFF <svg:svg xmlns:svg='http://www.w3.org/2000/svg' width='100%' height='2em'/>"u8.ToArray()), ImageFormat.Svg, "image/svg+xml", null, null);
        Says(ImageFile.Parse(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("<svg width='7' height='8'/>")).ToArray()), ImageFormat.Svg, "image/svg+xml", 7, 8);

        static void Says(ImageFile image, ImageFormat format, string mediaType, int? width, int? height) =>
            (image.Format, image.MediaType, image.Width, image.Height).ShouldBe((format, mediaType, width, height));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><svg/></html>")]
    [InlineData("<svg width='1")]
    [InlineData("GIF89a")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg width='&a;'/>")]
    public void What_is_no_image_is_refused(string text) =>
        Should.Throw<InvalidDataException>(() => ImageFile.Parse(Encoding.UTF8.GetBytes(text))).Message.ShouldBe("it does not begin as a PNG, JPEG or SVG image");

    [Fact]
    public void A_head_that_is_cut_short_or_has_no_size_is_refused()
    {
        for (var length = 0; length < 24; length++)
            Should.Throw<InvalidDataException>(() => ImageFile.Parse(Images.Png[..length]));
        Should.Throw<InvalidDataException>(() => ImageFile.Parse((byte[])[.. Images.Png[..16], .. new byte[8]])).Message.ShouldContain("no size");
        var ends = Images.Jpeg.AsSpan().IndexOf((byte)0xC2) + 8;
        for (var length = 0; length < ends; length++)
            Should.Throw<InvalidDataException>(() => ImageFile.Parse(Images.Jpeg[..length]));
    }

    [Fact]
    public void A_page_tells_its_title()
    {
        new HtmlFile("<html><head><TITLE lang=en> Sales &amp;\n more </TITLE>").Title.ShouldBe("Sales & more");
        new HtmlFile("<p>none").Title.ShouldBeNull();
        new HtmlFile("<title>never ends").Title.ShouldBeNull();
        new HtmlFile($"<title>{new string('x', 199)}😀</title>").Title.ShouldBe(new string('x', 199) + "…");
    }

    [Fact]
    public async Task The_manifest_tells_format_size_and_title()
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://documents");
        var repository = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        var image = await repository.SaveAsync(ImageFile.Parse(Images.Png));
        image.Manifest.Facts.ShouldBe(new Dictionary<string, string> { ["format"] = "image/png", ["width"] = "3", ["height"] = "2" }, ignoreOrder: true);
        image.Manifest.Files.ShouldHaveSingleItem().MediaType.ShouldBe("image/png");
        image.Manifest.Files[0].Name.Value.ShouldBe("image.png");
        var preview = (await repository.PreviewAsync(image.Digest))!;
        (preview.MediaType, preview.Image.Length).ShouldBe(("image/png", Images.Png.Length));
        var page = await repository.SaveAsync(new HtmlFile("<title>Sales</title>"));
        page.Manifest.Facts["title"].ShouldBe("Sales");
        page.Manifest.Files.ShouldHaveSingleItem().MediaType.ShouldBe("text/html");
    }
}
