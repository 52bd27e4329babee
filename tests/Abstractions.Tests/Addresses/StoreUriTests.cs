using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Addresses;

public class StoreUriTests
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
            StoreUri.TryParse(text, out _).ShouldBeFalse();
            return;
        }
        var uri = StoreUri.Parse(text);
        (uri.Scheme, uri.Container, uri.Path.Value).ShouldBe((scheme, container!, path!));
        StoreUri.Parse(uri.ToString()).ShouldBe(uri);
    }

    [Theory]
    [InlineData("", "an absolute local path")]
    [InlineData("relative/path", "an absolute local path")]
    [InlineData("relative/a://b", "an absolute local path")]
    [InlineData("/a//b", "empty segment")]
    [InlineData("://x/y", "is not a URI scheme")]
    [InlineData("3s://x/y", "is not a URI scheme")]
    [InlineData("s 3://x/y", "is not a URI scheme")]
    [InlineData("s3:///y", "requires a container")]
    [InlineData("s3://..", "'..'")]
    [InlineData("s3://./x", "'.'")]
    [InlineData("s3://b/../c", "'..'")]
    [InlineData("s3://b//c", "empty segment")]
    [InlineData("file://host/x", "cannot have a host")]
    [InlineData("s3:/b/c", "an absolute local path")]
    public void What_is_no_address_is_a_format_error_that_says_why(string text, string reason)
    {
        StoreUri.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => StoreUri.Parse(text)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Null_and_a_container_of_two_names_are_no_addresses()
    {
        StoreUri.TryParse(null, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => StoreUri.Create("s3", "a/b", StorePath.Root)).Message.ShouldContain("it contains '/'");
        Should.Throw<FormatException>(() => StoreUri.Create("s3", "a/", StorePath.Root)).Message.ShouldContain("it contains '/'");
        Should.Throw<FormatException>(() => StoreUri.Create("s3", "..", StorePath.Root)).Message.ShouldContain("it contains the segment '..'");
        Should.Throw<FormatException>(() => StoreUri.FromLocalPath("")).Message.ShouldContain("is not a local path: it is empty");
        StoreUri.FromLocalPath("/a").ShouldBe(StoreUri.Parse("file:///a"));
        Should.Throw<ArgumentNullException>(() => StoreUri.Parse(null!));
        Should.Throw<ArgumentNullException>(() => StoreUri.Create(null!, "b", "c"));
        Should.Throw<ArgumentNullException>(() => StoreUri.Create("s3", null!, "c"));
        Should.Throw<ArgumentNullException>(() => StoreUri.FromLocalPath(null!));
        Should.Throw<ArgumentNullException>(() => StoreUri.Parse("s3://b").IsUnder(null!));

        StoreUri.Create("S3", "b", "c").ToString().ShouldBe("s3://b/c");
    }

    [Fact]
    public void Addresses_are_equal_by_scheme_container_and_path()
    {
        StoreUri uri = StoreUri.Parse("s3://b/a"), same = StoreUri.Parse("S3://b/a");
        (uri == same).ShouldBeTrue();
        (uri != same).ShouldBeFalse();
        uri.Equals((object)same).ShouldBeTrue();
        foreach (var other in new[] { "gs://b/a", "s3://c/a", "s3://b/b", "gs://c/a", "gs://b/b" })
        {
            (uri == StoreUri.Parse(other)).ShouldBeFalse();
            (uri != StoreUri.Parse(other)).ShouldBeTrue();
        }
        StoreUri? none = null;
        (none == uri).ShouldBeFalse();
        (uri == none).ShouldBeFalse();
        (none == null).ShouldBeTrue();
        uri.Equals((object)"s3://b/a").ShouldBeFalse();
    }

    [Fact]
    public void An_address_joins_a_path()
    {
        var uri = StoreUri.Parse("s3://b/a");
        (uri / "c/d").ToString().ShouldBe("s3://b/a/c/d");
        uri.Join(StorePath.Root).ShouldBeSameAs(uri);
        uri.WithPath("x").ToString().ShouldBe("s3://b/x");
        uri.WithPath(StorePath.Root).ToString().ShouldBe("s3://b");
        StoreUri.Parse("file:///").ToString().ShouldBe("file:///");
        Should.Throw<ArgumentNullException>(() => (StoreUri)null! / "c");
        Should.Throw<InvalidOperationException>(() => uri.ToLocalPath()).Message.ShouldContain("s3://b/a is not a local file");
    }

    [Fact]
    public void A_password_is_refused_and_not_shown()
    {
        var error = Should.Throw<FormatException>(() => StoreUri.Parse("https://user:s3cret@host/x"));
        error.Message.ShouldContain("password");
        error.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public void A_bare_absolute_path_means_file()
    {
        if (OperatingSystem.IsWindows())
            StoreUri.Parse("C:\\data\\x").ToString().ShouldBe("file:///C:/data/x");
        else
            StoreUri.Parse("/data/x").ToString().ShouldBe("file:///data/x");
    }

    [Fact]
    public void A_typed_path_is_resolved_as_the_system_does()
    {
        var here = Directory.GetCurrentDirectory();
        StoreUri.FromLocalPath("a/../b").ToLocalPath().ShouldBe(Path.Join(here, "b"));
        StoreUri.FromLocalPath(".").ToLocalPath().ShouldBe(here);
        StoreUri.FromLocalPath("dir" + Path.DirectorySeparatorChar).ToLocalPath().ShouldBe(Path.Join(here, "dir"));
        Should.Throw<FormatException>(() => StoreUri.FromLocalPath(""));
        Should.Throw<FormatException>(() => StoreUri.FromLocalPath("a\0"));
    }

    [Fact]
    public void Parsing_throws_nothing_but_format_errors_and_printing_is_its_inverse() =>
        Prop.ForAll(Texts.Hostile, text =>
        {
            try
            {
                var uri = StoreUri.Parse(text);
                var again = StoreUri.Parse(uri.ToString());
                return again == uri && again.GetHashCode() == uri.GetHashCode() && again.ToString() == uri.ToString();
            }
            catch (FormatException)
            {
                return !StoreUri.TryParse(text, out _);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1_000_000 : 50_000));

    [Fact]
    public void Different_texts_never_alias()
    {
        string[] texts = ["s3://b/a b", "s3://b/a%20b", "s3://b/a+b", "s3://b/A b", "s3://B/a b", "s3://b/a%2520b", "s3://b/a b ", "s3://b/ a b"];
        texts.Select(StoreUri.Parse).Distinct().Count().ShouldBe(texts.Length);
    }

    [Fact]
    public void Under_needs_the_same_container()
    {
        StoreUri.Parse("s3://b/a/b").IsUnder(StoreUri.Parse("s3://b/a")).ShouldBeTrue();
        StoreUri.Parse("s3://b/ab").IsUnder(StoreUri.Parse("s3://b/a")).ShouldBeFalse();
        StoreUri.Parse("s3://bb/a").IsUnder(StoreUri.Parse("s3://b")).ShouldBeFalse();
        StoreUri.Parse("gs://b/a").IsUnder(StoreUri.Parse("s3://b")).ShouldBeFalse();
    }
}
