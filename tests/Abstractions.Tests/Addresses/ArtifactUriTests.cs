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
    [InlineData("a+b-c.2://x/y", "a+b-c.2", "x", "y")]
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
    [InlineData("", "an absolute local path")]
    [InlineData("relative/path", "an absolute local path")]
    [InlineData("relative/a://b", "an absolute local path")]
    [InlineData("/a//b", "empty segment")]
    [InlineData("://x/y", "is not a URI scheme")]
    [InlineData("3s://x/y", "is not a URI scheme")]
    [InlineData("s 3://x/y", "is not a URI scheme")]
    [InlineData("s3:///y", "names a container")]
    [InlineData("s3://..", "'..'")]
    [InlineData("s3://./x", "'.'")]
    [InlineData("s3://b/../c", "'..'")]
    [InlineData("s3://b//c", "empty segment")]
    [InlineData("file://host/x", "names no host")]
    [InlineData("s3:/b/c", "an absolute local path")]
    public void What_is_no_address_is_a_format_error_that_says_why(string text, string reason)
    {
        ArtifactUri.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => ArtifactUri.Parse(text)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Null_and_a_container_of_two_names_are_no_addresses()
    {
        ArtifactUri.TryParse(null, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => ArtifactUri.Create("s3", "a/b", ArtifactPath.Root)).Message.ShouldContain("it holds '/'");
        Should.Throw<FormatException>(() => ArtifactUri.Create("s3", "a/", ArtifactPath.Root)).Message.ShouldContain("it holds '/'");
        Should.Throw<FormatException>(() => ArtifactUri.Create("s3", "..", ArtifactPath.Root)).Message.ShouldContain("it holds the segment '..'");
        Should.Throw<FormatException>(() => ArtifactUri.FromLocalPath("")).Message.ShouldContain("is not a local path: it is empty");
        ArtifactUri.FromLocalPath("/a").ShouldBe(ArtifactUri.Parse("file:///a"));
        Should.Throw<ArgumentNullException>(() => ArtifactUri.Parse(null!));
        Should.Throw<ArgumentNullException>(() => ArtifactUri.Create(null!, "b", "c"));
        Should.Throw<ArgumentNullException>(() => ArtifactUri.Create("s3", null!, "c"));
        Should.Throw<ArgumentNullException>(() => ArtifactUri.FromLocalPath(null!));
        Should.Throw<ArgumentNullException>(() => ArtifactUri.Parse("s3://b").IsUnder(null!));

        ArtifactUri.Create("S3", "b", "c").ToString().ShouldBe("s3://b/c");
    }

    [Fact]
    public void Addresses_are_equal_by_scheme_container_and_path()
    {
        ArtifactUri uri = ArtifactUri.Parse("s3://b/a"), same = ArtifactUri.Parse("S3://b/a");
        (uri == same).ShouldBeTrue();
        (uri != same).ShouldBeFalse();
        uri.Equals((object)same).ShouldBeTrue();
        foreach (var other in new[] { "gs://b/a", "s3://c/a", "s3://b/b", "gs://c/a", "gs://b/b" })
        {
            (uri == ArtifactUri.Parse(other)).ShouldBeFalse();
            (uri != ArtifactUri.Parse(other)).ShouldBeTrue();
        }
        ArtifactUri? none = null;
        (none == uri).ShouldBeFalse();
        (uri == none).ShouldBeFalse();
        (none == null).ShouldBeTrue();
        uri.Equals((object)"s3://b/a").ShouldBeFalse();
    }

    [Fact]
    public void An_address_joins_a_path()
    {
        var uri = ArtifactUri.Parse("s3://b/a");
        (uri / "c/d").ToString().ShouldBe("s3://b/a/c/d");
        uri.Join(ArtifactPath.Root).ShouldBeSameAs(uri);
        uri.WithPath("x").ToString().ShouldBe("s3://b/x");
        uri.WithPath(ArtifactPath.Root).ToString().ShouldBe("s3://b");
        ArtifactUri.Parse("file:///").ToString().ShouldBe("file:///");
        Should.Throw<ArgumentNullException>(() => (ArtifactUri)null! / "c");
        Should.Throw<InvalidOperationException>(() => uri.ToLocalPath()).Message.ShouldContain("s3://b/a is not a local file");
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
