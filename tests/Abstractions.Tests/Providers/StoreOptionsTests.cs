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

    public sealed class Numbers
    {
        [StoreOption("count", "How many.")]
        public int Count { get; set; } = -1;

        [StoreOption("total", "How many of all.")]
        public long Total { get; set; } = 7;

        [StoreOption("share", "Which part.")]
        public double Share { get; set; } = 0.5;

        [StoreOption("pause", "How long.")]
        public TimeSpan? Pause { get; set; } = TimeSpan.FromMilliseconds(1500);

        [StoreOption("limit", "At most.", Size = true)]
        public int? Limit { get; set; }

        [StoreOption("on", "Whether.")]
        public bool? On { get; set; } = true;
    }

    public sealed class NoOptions;

    public sealed class Unreadable
    {
        [StoreOption("when", "When.")]
        public DateTime When { get; set; }
    }

    [StoreFlavor("numbers", "num", Options = typeof(Numbers))]
    private sealed class NumbersProvider;

    [StoreFlavor("no-options-2", "none")]
    private sealed class PlainProvider;

    [StoreFlavor("", "none")]
    private sealed class NamelessProvider;

    [StoreFlavor("Upper", "none")]
    private sealed class UpperProvider;

    [StoreFlavor("a_b", "none")]
    private sealed class UnderscoreProvider;

    [StoreFlavor("schemeless")]
    private sealed class SchemelessProvider;

    [StoreFlavor("when", "when", Options = typeof(Unreadable))]
    private sealed class UnreadableProvider;

    [StoreFlavor("sample", "smp", Description = "A sample.", Options = typeof(Sample))]
    private sealed class SampleProvider;

    [Fact]
    public void Values_are_read_by_name_and_the_rest_keeps_its_default()
    {
        var sample = StoreOptions.Bind<Sample>(new Dictionary<string, string>
        {
            ["name"] = "n",
            ["part-size"] = "64MiB",
            ["timeout"] = "1.5m",
            ["colour"] = "dark-blue",
            ["on"] = "yes",
            ["buffer"] = "16KiB",
        });
        sample.Buffer.ShouldBe(16 << 10);
        (sample.Name, sample.PartSize, sample.Timeout, sample.Colour, sample.On, sample.Secret).ShouldBe(("n", 64L << 20, TimeSpan.FromSeconds(90), Colour.DarkBlue, true, null));
        StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n" }).PartSize.ShouldBe(8 << 20);
        StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", ["buffer"] = "1MiB" }).Buffer.ShouldBe(1 << 20);
        Should.Throw<StoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", ["buffer"] = "2GiB" }));
    }

    [Theory]
    [InlineData("nonsense", "1", "is not an option")]
    [InlineData("part-size", "many", "must be of type size")]
    [InlineData("buffer", "3GiB", "must be of type size")]
    [InlineData("timeout", "-3s", "must be of type duration")]
    [InlineData("colour", "green", "red|dark-blue")]
    [InlineData("on", "maybe", "must be of type bool")]
    public void A_wrong_option_is_a_configuration_error_that_says_what_fits(string name, string value, string part)
    {
        var error = Should.Throw<StoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", [name] = value }));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain(part);
    }

    [Fact]
    public void A_missing_required_option_is_named_and_a_wrong_secret_is_not_shown()
    {
        Should.Throw<StoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string>())).Message.ShouldContain("'name' is required");
        var error = Should.Throw<StoreException>(() => StoreOptions.Bind<Sample>(new Dictionary<string, string> { ["name"] = "n", ["secret-key"] = "hunter2" }));
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

    [Fact]
    public void Numbers_are_read_in_every_type()
    {
        var numbers = StoreOptions.Bind<Numbers>(new Dictionary<string, string>
        {
            ["count"] = "-5",
            ["total"] = "-5000000000",
            ["share"] = "-0.25",
            ["pause"] = "250ms",
            ["limit"] = "2147483647",
            ["on"] = "no",
        });
        (numbers.Count, numbers.Total, numbers.Share, numbers.Pause, numbers.Limit, numbers.On)
            .ShouldBe((-5, -5_000_000_000, -0.25, TimeSpan.FromMilliseconds(250), int.MaxValue, false));
    }

    [Theory]
    [InlineData("count", "5000000000", "must be of type int")]
    [InlineData("count", "1.5", "must be of type int")]
    [InlineData("total", "1,5", "must be of type int")]
    [InlineData("share", "half", "must be of type number")]
    [InlineData("share", "1e5", "must be of type number")]
    [InlineData("pause", "soon", "must be of type duration")]
    [InlineData("limit", "2147483648", "must be of type size")]
    [InlineData("on", "2", "must be of type bool")]
    public void A_number_that_does_not_fit_is_refused(string name, string value, string part)
    {
        var error = Should.Throw<StoreException>(() => StoreOptions.Bind<Numbers>(new Dictionary<string, string> { [name] = value }));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain($"option '{name}' {part}, but the value is '{value}'");
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("YES", true)]
    [InlineData("1", true)]
    [InlineData("False", false)]
    [InlineData("no", false)]
    [InlineData("0", false)]
    public void Switches(string text, bool on) => StoreOptions.Bind<Numbers>(new Dictionary<string, string> { ["on"] = text }).On.ShouldBe(on);

    [Fact]
    public void Options_that_do_not_exist_are_answered_by_those_that_do()
    {
        Should.Throw<StoreException>(() => StoreOptions.Bind<NoOptions>(new Dictionary<string, string> { ["x"] = "1" })).Message.ShouldContain("available: none");
        Should.Throw<StoreException>(() => StoreOptions.Bind<Numbers>(new Dictionary<string, string> { ["x"] = "1" }))
            .Message.ShouldContain("'x' is not an option of this flavor; available: count, limit, on, pause, share, total");
    }

    [Fact]
    public void Defaults_are_printed_as_they_would_be_given()
    {
        FlavorDescriptor.Of(typeof(NumbersProvider)).Options.Select(o => (o.Name, o.Type, o.Default)).ShouldBe(
        [
            ("count", "int", "-1"), ("limit", "size", null), ("on", "bool", "true"), ("pause", "duration", "1500ms"), ("share", "number", "0.5"), ("total", "int", "7"),
        ]);
        FlavorDescriptor.Of(typeof(PlainProvider)).ShouldSatisfyAllConditions(f => f.Name.ShouldBe("no-options-2"), f => f.Options.ShouldBeEmpty(), f => f.Description.ShouldBe(""));
    }

    [Theory]
    [InlineData(typeof(NamelessProvider), "is not a valid name for a flavor")]
    [InlineData(typeof(UpperProvider), "is not a valid name for a flavor")]
    [InlineData(typeof(UnderscoreProvider), "is not a valid name for a flavor")]
    [InlineData(typeof(SchemelessProvider), "has no scheme")]
    [InlineData(typeof(UnreadableProvider), "Option 'when' has the type DateTime")]
    public void A_flavor_that_is_declared_wrongly_is_refused(Type provider, string part) =>
        Should.Throw<ArgumentException>(() => FlavorDescriptor.Of(provider)).Message.ShouldContain(part);

    [Theory]
    [InlineData("250ms", 2_500_000L)]
    [InlineData("0s", 0L)]
    [InlineData("1.5m", 900_000_000L)]
    [InlineData("2h", 72_000_000_000L)]
    [InlineData("1d", 864_000_000_000L)]
    [InlineData("00:01:30", 900_000_000L)]
    [InlineData("00:00:00", 0L)]
    [InlineData("-00:00:01", null)]
    [InlineData("90", null)]
    [InlineData("1S", null)]
    [InlineData("-1s", null)]
    [InlineData("99999999d", null)]
    [InlineData("x:y", null)]
    [InlineData(null, null)]
    public void Durations(string? text, long? ticks)
    {
        StoreOptions.TryReadDuration(text, out var read).ShouldBe(ticks is not null);
        if (ticks is { } expected)
            read.Ticks.ShouldBe(expected);
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("3MiB", 3L << 20)]
    [InlineData("3TiB", 3L << 40)]
    [InlineData("3MB", 3_000_000L)]
    [InlineData("3GB", 3_000_000_000L)]
    [InlineData("3TB", 3_000_000_000_000L)]
    [InlineData("3B", 3L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("8388607TiB", 8388607L << 40)]
    [InlineData("8388608TiB", null)]
    [InlineData(null, null)]
    [InlineData("1024", 1024L)]
    [InlineData("5kB", 5000L)]
    [InlineData("5 KiB", 5120L)]
    [InlineData("2gib", 2L << 30)]
    [InlineData("-1", null)]
    [InlineData("1.5MiB", null)]
    [InlineData("99999999TiB", null)]
    [InlineData("", null)]
    public void Sizes(string? text, long? bytes)
    {
        StoreOptions.TryReadSize(text, out var read).ShouldBe(bytes is not null);
        read.ShouldBe(bytes ?? 0);
    }
}
