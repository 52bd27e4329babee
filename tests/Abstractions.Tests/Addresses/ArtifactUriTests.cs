using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Addresses;

public class ArtifactUriTests
{
    [Theory]
    [InlineData("s3://bucket/a/b", "s3", "bucket", "a/b")]
    [InlineData("s3://bucket", "s3", "bucket", "")]
    [InlineData("s3://bucket/", "s3", "bucket", "")]
    [InlineData("S3://Bucket/A", "s3", "Bucket", "A")]
    [InlineData("gs://b/a b", "gs", "b", "a b")]
    [InlineData("az://c/%41", "az", "c", "%41")]
    [InlineData("abfss://c@account.dfs.core.windows.net/x", "abfss", "c@account.dfs.core.windows.net", "x")]
    [InlineData("mem://n/a?b#c", "mem", "n", "a?b#c")]
    [InlineData("http://host:8080/x", "http", "host:8080", "x")]
    [InlineData("file:///tmp/x", "file", "", "tmp/x")]
    [InlineData("file:///", "file", "", "")]
    [InlineData("mem://n/a://b", null, null, null)]
    [InlineData("mem://a://b", null, null, null)]
    public void Parts_are_literal(string text, string? scheme, string? container, string? path)
    {
        if (scheme is null)
        {
            ArtifactUri.TryParse(text, out _).ShouldBeFalse();
            return;
        }
        var uri = ArtifactUri.Parse(text);
        (uri.Scheme, uri.Container, uri.Path.Value).ShouldBe((scheme, container!, path!));
        ArtifactUri.Parse(uri.ToString()).ShouldBe(uri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative/path")]
    [InlineData("://x/y")]
    [InlineData("3s://x/y")]
    [InlineData("s 3://x/y")]
    [InlineData("s3:///y")]
    [InlineData("s3://..")]
    [InlineData("s3://./x")]
    [InlineData("s3://b/../c")]
    [InlineData("s3://b//c")]
    [InlineData("file://host/x")]
    [InlineData("s3:/b/c")]
    public void What_is_no_address_is_a_format_error(string text)
    {
        ArtifactUri.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => ArtifactUri.Parse(text)).Message.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void A_password_is_refused_and_not_shown()
    {
        var error = Should.Throw<FormatException>(() => ArtifactUri.Parse("https://user:s3cret@host/x"));
        error.Message.ShouldContain("password");
        error.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public void A_bare_absolute_path_means_file()
    {
        if (OperatingSystem.IsWindows())
            ArtifactUri.Parse("C:\\data\\x").ToString().ShouldBe("file:///C:/data/x");
        else
            ArtifactUri.Parse("/data/x").ToString().ShouldBe("file:///data/x");
    }

    [Fact]
    public void A_typed_path_is_resolved_as_the_system_does()
    {
        var here = Directory.GetCurrentDirectory();
        ArtifactUri.FromLocalPath("a/../b").ToLocalPath().ShouldBe(Path.Join(here, "b"));
        ArtifactUri.FromLocalPath(".").ToLocalPath().ShouldBe(here);
        ArtifactUri.FromLocalPath("dir" + Path.DirectorySeparatorChar).ToLocalPath().ShouldBe(Path.Join(here, "dir"));
        Should.Throw<FormatException>(() => ArtifactUri.FromLocalPath(""));
        Should.Throw<FormatException>(() => ArtifactUri.FromLocalPath("a\0"));
    }

    [Fact]
    public void Parsing_throws_nothing_but_format_errors_and_printing_is_its_inverse() =>
        Prop.ForAll(Texts.Hostile, text =>
        {
            try
            {
                var uri = ArtifactUri.Parse(text);
                var again = ArtifactUri.Parse(uri.ToString());
                return again == uri && again.GetHashCode() == uri.GetHashCode() && again.ToString() == uri.ToString();
            }
            catch (FormatException)
            {
                return !ArtifactUri.TryParse(text, out _);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1_000_000 : 50_000));

    [Fact]
    public void Different_texts_never_alias()
    {
        string[] texts = ["s3://b/a b", "s3://b/a%20b", "s3://b/a+b", "s3://b/A b", "s3://B/a b", "s3://b/a%2520b", "s3://b/a b ", "s3://b/ a b"];
        texts.Select(ArtifactUri.Parse).Distinct().Count().ShouldBe(texts.Length);
    }

    [Fact]
    public void Under_needs_the_same_container()
    {
        ArtifactUri.Parse("s3://b/a/b").IsUnder(ArtifactUri.Parse("s3://b/a")).ShouldBeTrue();
        ArtifactUri.Parse("s3://b/ab").IsUnder(ArtifactUri.Parse("s3://b/a")).ShouldBeFalse();
        ArtifactUri.Parse("s3://bb/a").IsUnder(ArtifactUri.Parse("s3://b")).ShouldBeFalse();
        ArtifactUri.Parse("gs://b/a").IsUnder(ArtifactUri.Parse("s3://b")).ShouldBeFalse();
    }
}
