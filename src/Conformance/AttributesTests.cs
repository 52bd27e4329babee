using System.Text;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that content type and metadata are kept if they are declared, and otherwise refused before any data is transferred.</summary>
public abstract class AttributesTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.apache.parquet")]
    public async Task A_content_type_is_kept(string contentType)
    {
        Needs(Can.ContentType, "The store keeps no content type.");

        await WriteAsync("file", "content", new OpenWriteOptions { ContentType = contentType });

        Assert.Equal(contentType, (await Store.StatAsync("file", Cancel)).ContentType);
        await using var stream = await Store.OpenReadAsync("file", cancellationToken: Cancel);
        Assert.Equal(contentType, stream.Info.ContentType);
    }

    [Fact]
    public async Task Metadata_is_kept()
    {
        Needs(Can.Metadata, "The store keeps no metadata.");
        var metadata = new Dictionary<string, string>
        {
            ["origin"] = "unit 7",
            ["with-dash"] = "a=b;c,d \"quoted\" 100% %41 + & # ? \\",
            ["with_underscore"] = "1",
            ["x1"] = new('v', 900),
        };

        await WriteAsync("file", "content", new OpenWriteOptions { Metadata = metadata });

        Assert.Equal(metadata, Sorted((await Store.StatAsync("file", Cancel)).Metadata));
        await using var stream = await Store.OpenReadAsync("file", cancellationToken: Cancel);
        Assert.Equal(metadata, Sorted(stream.Info.Metadata));
    }

    [Theory]
    [InlineData("Grüße, 世界")]
    [InlineData("😀 astral")]
    [InlineData("e\u0301 and \u00e9")]
    public async Task Metadata_values_may_hold_any_script(string value)
    {
        Needs(Can.Metadata, "The store keeps no metadata.");

        await WriteAsync("file", "content", new OpenWriteOptions { Metadata = new Dictionary<string, string> { ["note"] = value } });

        Assert.Equal(value, (await Store.StatAsync("file", Cancel)).Metadata["note"]);
    }

    [Fact]
    public async Task Attributes_belong_to_one_version_of_one_file()
    {
        Needs(Can.ContentType || Can.Metadata, "The store keeps no attributes.");
        await WriteAsync("file", "first", Attributes("text/one", "1"));
        await WriteAsync("other", "other", Attributes("text/other", "other"));

        await WriteAsync("file", "second", Attributes("text/two", "2"));
        await AssertAttributesAsync("file", "text/two", "2");
        await AssertAttributesAsync("other", "text/other", "other");

        await Store.PutAsync("file", "third", Cancel);
        var info = await Store.StatAsync("file", Cancel);
        Assert.Empty(info.Metadata);
        Assert.NotEqual("text/two", info.ContentType);
    }

    [Fact]
    public async Task Attributes_hold_for_empty_and_for_large_files()
    {
        Needs(Can.ContentType || Can.Metadata, "The store keeps no attributes.");
        await WriteAsync("empty", "", Attributes("text/empty", "0"));
        await WriteAsync("large", new string('x', 12 << 20), Attributes("text/large", "12"));

        await AssertAttributesAsync("empty", "text/empty", "0");
        await AssertAttributesAsync("large", "text/large", "12");
    }

    [Fact]
    public async Task An_undeclared_content_type_is_refused_before_any_byte_moves()
    {
        Needs(!Can.ContentType, "The store keeps content types.");
        await RefusedAsync(new OpenWriteOptions { ContentType = "text/plain" });
    }

    [Fact]
    public async Task Undeclared_metadata_is_refused_before_any_byte_moves()
    {
        Needs(!Can.Metadata, "The store keeps metadata.");
        await RefusedAsync(new OpenWriteOptions { Metadata = new Dictionary<string, string> { ["a"] = "b" } });
    }

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> metadata) => new(metadata.ToDictionary(), StringComparer.Ordinal);

    private OpenWriteOptions Attributes(string contentType, string note)
    {
        var options = new OpenWriteOptions { ContentType = Can.ContentType ? contentType : null };
        return Can.Metadata ? options with { Metadata = new Dictionary<string, string> { ["note"] = note } } : options;
    }

    private async Task AssertAttributesAsync(StorePath path, string contentType, string note)
    {
        var info = await Store.StatAsync(path, Cancel);
        if (Can.ContentType)
            Assert.Equal(contentType, info.ContentType);
        if (Can.Metadata)
            Assert.Equal(note, Assert.Single(info.Metadata, pair => pair.Key == "note").Value);
    }

    private async Task WriteAsync(StorePath path, string content, OpenWriteOptions options)
    {
        await using var stream = await Store.OpenWriteAsync(path, WriteMode.Replace, options, Cancel);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(content), Cancel);
        await stream.CompleteAsync(Cancel);
    }

    private async Task RefusedAsync(OpenWriteOptions options)
    {
        await Store.PutAsync("old", "old", Cancel);
        foreach (var path in new StorePath[] { "new", "old" })
            await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => WriteAsync(path, "bytes", options));

        Assert.False(await Store.ExistsAsync("new", Cancel));
        Assert.Equal("old", await Store.ReadTextAsync("old", cancellationToken: Cancel));
    }
}
