using System.Text;
using System.Text.Json.Nodes;
using Cairn.Catalog.Records;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.Records;

public sealed class RecordTests
{
    private const string Envelope = "\"v\":1,\"kind\":\"asset\",\"id\":\"01990000-0000-7000-8000-000000000000\",\"at\":\"2026-11-28T15:02:11.120000Z\"";

    [Theory]
    [InlineData("{}", "'v'")]
    [InlineData("{\"v\":2}", "version 2")]
    [InlineData("{\"v\":1,\"v\":1}", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("{" + Envelope + ",\"must\":[\"folds\"]}", "'folds'")]
    [InlineData("{" + Envelope + ",\"x\":9223372036854775808}", "64 bits")]
    [InlineData("{" + Envelope + ",\"x\":1e999}", "double")]
    [InlineData("{" + Envelope + ",\"x\":\"\\ud800\"}", "JSON")]
    [InlineData("{" + Envelope + ",\"x\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", "JSON")]
    [InlineData("{\"v\":1,\"kind\":\"asset\",\"id\":\"../x\",\"at\":\"2026-11-28T15:02:11Z\"}", "UUID")]
    [InlineData("{\"v\":1,\"kind\":\"asset\",\"id\":\"01990000-0000-7000-8000-000000000000\",\"at\":\"11/28/2026\"}", "time in UTC")]
    public void A_record_that_lies_is_refused(string content, string reason) =>
        Should.Throw<FormatException>(() => Record.Parse(Encoding.UTF8.GetBytes(content))).Message.ShouldContain(reason);

    [Fact]
    public void Unknown_members_keep_their_text()
    {
        const string Text = "{" + Envelope + ",\"x\":{\"big\":123456789012345678,\"one\":1.0,\"tiny\":5e-324,\"minus\":-0}}";
        var record = Record.Parse(Encoding.UTF8.GetBytes(Text));
        Encoding.UTF8.GetString(RecordJson.Write(record.Node.DeepClone().AsObject())).ShouldBe(Text);
    }

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(1e21, "1e21")]
    [InlineData(0.93, "0.93")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.NaN, "{\"$\":\"NaN\"}")]
    public void A_double_keeps_its_type(double value, string text) => Encoding.UTF8.GetString(RecordJson.Write(new JsonObject { ["x"] = RecordJson.Number(value) })).ShouldBe("{\"x\":" + text + "}");

    [Fact]
    public void Ids_never_go_back()
    {
        var ids = new RecordId(new BackwardsTime());
        var made = Enumerable.Range(0, 20_000).Select(_ => ids.Next().ToString()).ToList();
        made.ShouldBe(made.Order(StringComparer.Ordinal));
        made.ShouldAllBe(id => id[14] == '7' && "89ab".Contains(id[19]));
    }

    /// <summary>Each time is a millisecond before the last one.</summary>
    private sealed class BackwardsTime : TimeProvider
    {
        private long _calls;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(56).AddMilliseconds(-_calls++);
    }

    [Fact]
    public void Ranges_are_a_set_of_numbers()
    {
        var random = new Random(17);
        var expected = new SortedSet<int>();
        var ranges = VersionRanges.Parse(null);
        for (var i = 0; i < 5000; i++)
        {
            var number = random.Next(1, 60);
            if (random.Next(2) == 0)
            {
                expected.Add(number);
                ranges.Add(number);
            }
            else
            {
                expected.Remove(number);
                ranges.Remove(number);
            }
            ranges.Numbers().ShouldBe(expected);
            ranges.GreatestAbsent(59).ShouldBe(Enumerable.Range(1, 59).LastOrDefault(n => !expected.Contains(n)));
            ranges = VersionRanges.Parse(ranges.IsEmpty ? null : ranges.ToString());
        }
        VersionRanges.Parse("1-990,995").Count.ShouldBe(991);
        Should.Throw<FormatException>(() => VersionRanges.Parse("5,4"));
    }
}
