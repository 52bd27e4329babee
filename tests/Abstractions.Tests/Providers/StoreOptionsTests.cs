using Cairn.Providers;

namespace Cairn.Tests.Providers;

public class StoreOptionsTests
{
    public enum Colour
    {
        Red,
        DarkBlue,
    }

    public sealed class Sample
    {
        [StoreOption("name", "A name.", Required = true)]
        public string? Name { get; set; }

        [StoreOption("secret-key", "A secret.", Secret = true)]
        public int? Secret { get; set; }

        [StoreOption("part-size", "Bytes of a part.", Size = true)]
        public long PartSize { get; set; } = 8 << 20;

        [StoreOption("buffer", "Bytes of a buffer.", Size = true)]
        public int Buffer { get; set; } = 4096;

        [StoreOption("timeout", "How long.")]
        public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

        [StoreOption("colour", "Which.")]
        public Colour Colour { get; set; }

        [StoreOption("on", "Whether.")]
        public bool On { get; set; }

        public string NotAnOption { get; set; } = "x";
    }

    [StoreFlavor("sample", "smp", Description = "A sample.", Options = typeof(Sample))]
    private sealed class SampleProvider;

    [Fact]
    public void Values_are_read_by_name_and_the_rest_keeps_its_default()
    {
        var sample = StoreOptions.Bind<Sample>(new Dictionary<string, string>
        {
            ["name"] = "n", ["part-size"] = "64MiB", ["timeout"] = "1.5m", ["colour"] = "dark-blue", ["on"] = "yes", ["buffer"] = "16KiB",
        });
        sample.Buffer.ShouldBe(16 << 10);
        (sample.Name, sample.PartSize, sample.Timeout, sample.Colour, sample.On, sample.Secret).ShouldBe(("n", 64L << 20, TimeSpan.FromSeconds(90), Colour.DarkBlue, true, null));
        StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n" }).PartSize.ShouldBe(8 << 20);
        StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", ["buffer"] = "1MiB" }).Buffer.ShouldBe(1 << 20);
        Should.Throw<ArtifactStoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", ["buffer"] = "2GiB" }));
    }

    [Theory]
    [InlineData("nonsense", "1", "is not an option")]
    [InlineData("part-size", "many", "takes size")]
    [InlineData("buffer", "3GiB", "takes size")]
    [InlineData("timeout", "-3s", "takes duration")]
    [InlineData("colour", "green", "red|dark-blue")]
    [InlineData("on", "maybe", "takes bool")]
    public void A_wrong_option_is_a_configuration_error_that_says_what_fits(string name, string value, string part)
    {
        var error = Should.Throw<ArtifactStoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", [name] = value }));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain(part);
    }

    [Fact]
    public void A_missing_required_option_is_named_and_a_wrong_secret_is_not_shown()
    {
        Should.Throw<ArtifactStoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string>())).Message.ShouldContain("'name' is required");
        var error = Should.Throw<ArtifactStoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", ["secret-key"] = "hunter2" }));
        error.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void The_descriptor_says_everything_without_running_the_provider()
    {
        var flavor = FlavorDescriptor.Of(typeof(SampleProvider));
        flavor.Name.ShouldBe("sample");
        flavor.Schemes.ShouldBe(["smp"]);
        flavor.Options.Select(o => (o.Name, o.Type, o.Required, o.Secret, o.Default)).ShouldBe(
        [
            ("buffer", "size", false, false, "4096"),
            ("colour", "red|dark-blue", false, false, "red"),
            ("name", "string", true, false, null),
            ("on", "bool", false, false, "false"),
            ("part-size", "size", false, false, "8388608"),
            ("secret-key", "int", false, true, null),
            ("timeout", "duration", false, false, "30s"),
        ]);
        Should.Throw<ArgumentException>(() => FlavorDescriptor.Of(typeof(string)));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("1024", 1024L)]
    [InlineData("5kB", 5000L)]
    [InlineData("5 KiB", 5120L)]
    [InlineData("2gib", 2L << 30)]
    [InlineData("-1", null)]
    [InlineData("1.5MiB", null)]
    [InlineData("99999999TiB", null)]
    [InlineData("", null)]
    public void Sizes(string text, long? bytes)
    {
        StoreOptions.TryReadSize(text, out var read).ShouldBe(bytes is not null);
        read.ShouldBe(bytes ?? 0);
    }
}
