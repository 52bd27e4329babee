using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Content;

public sealed partial class ContentTests
{
    [Fact]
    public async Task Text_bytes_and_lines_come_back()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("t", "grüße\n😀", WriteMode.CreateNew);
        (await store.ReadBytesAsync("t"))[0].ShouldBe((byte)'g');
        (await store.ReadTextAsync("t")).ShouldBe("grüße\n😀");
        await store.WriteBytesAsync("bom", new byte[] { 0xEF, 0xBB, 0xBF, (byte)'x' }, WriteMode.CreateNew);
        (await store.ReadTextAsync("bom")).ShouldBe("x");
        var lines = Enumerable.Range(0, 10_000).Select(i => $"line {i}").ToList();
        await store.WriteLinesAsync("l", lines, WriteMode.CreateNew);
        (await store.ReadTextAsync("l")).ShouldBe(string.Concat(lines.Select(l => l + "\n")));
        (await store.ReadLinesAsync("l").ToListAsync()).ShouldBe(lines);
        (await store.ReadLinesAsync("l").FirstAsync()).ShouldBe("line 0");
    }

    [Fact]
    public async Task A_source_of_lines_that_throws_publishes_nothing()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await Should.ThrowAsync<FormatException>(() => store.WriteLinesAsync("l", Lines(), WriteMode.CreateNew));
        (await store.ExistsAsync("l")).ShouldBeFalse();

        static IEnumerable<string> Lines()
        {
            for (var i = 0; i < 5000; i++)
                yield return "line";
            throw new FormatException();
        }
    }

    [Fact]
    public async Task Json_by_reflection_and_by_source_generation()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        var point = new Point(1, "é");
        await store.WriteJsonAsync("r", point, WriteMode.CreateNew);
        (await store.ReadJsonAsync<Point>("r")).ShouldBe(point);
        await store.WriteJsonAsync("g", point, WriteMode.CreateNew, Context.Default.Point);
        (await store.ReadJsonAsync("g", Context.Default.Point)).ShouldBe(point);
        await store.WriteTextAsync("bad", "{", WriteMode.CreateNew);
        await Should.ThrowAsync<JsonException>(() => store.ReadJsonAsync<Point>("bad"));
    }

    public sealed record Point(int X, string Y);

    [JsonSerializable(typeof(Point))]
    private sealed partial class Context : JsonSerializerContext;
}
