using System.Text;
using Cairn.Conformance;
using Cairn.Materializers;

namespace Cairn.Tests.Materializers.Kit;

public sealed class ImageHarness() : BuiltInHarness("image")
{
    public override IEnumerable<MaterializerSample> Samples => [Image(Images.Png), Image(Images.Jpeg), Image(Encoding.UTF8.GetBytes(Images.Svg))];

    public override IEnumerable<MaterializerSample> Empty => [];

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string> { [NothingTest] = "There is no image without a header." };

    public override MaterializerSample Huge(int length) => Image([.. Images.Png, .. new byte[length]]);

    public override void AssertEqual(object expected, object actual)
    {
        var (one, two) = ((ImageFile)expected, (ImageFile)actual);
        two.ToString().ShouldBe(one.ToString());
        two.Content.Span.SequenceEqual(one.Content.Span).ShouldBeTrue();
    }

    public override IEnumerable<byte[]> WithTypeName(string typeName)
    {
        var name = System.Security.SecurityElement.Escape(typeName);
        yield return Encoding.UTF8.GetBytes($"<svg xmlns:x='clr-namespace:{name}' width='{name}'><x:ObjectDataProvider/></svg>");
        yield return Encoding.UTF8.GetBytes($"<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///{name}'>]><svg width='&a;'/>");
        yield return Encoding.UTF8.GetBytes($"<?xml-stylesheet href='{name}'?><svg viewBox='0 0 {name} 1'/>");
    }

    private static MaterializerSample Image(byte[] content) => MaterializerSample.Of(ImageFile.Parse(content));
}

public sealed class HtmlHarness() : BuiltInHarness("html")
{
    public override IEnumerable<MaterializerSample> Samples => [MaterializerSample.Of(new HtmlFile("<!doctype html><title>Ränge &amp; more</title><p>1"))];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(new HtmlFile(""))];

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(new HtmlFile(new string('h', length)));

    public override void AssertEqual(object expected, object actual) => ((HtmlFile)actual).Content.Span.SequenceEqual(((HtmlFile)expected).Content.Span).ShouldBeTrue();
}
