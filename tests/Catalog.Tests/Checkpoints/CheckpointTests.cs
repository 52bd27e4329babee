using System.Text;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Records;

namespace Catalog.Tests.Checkpoints;

public sealed class CheckpointTests
{
    [Fact]
    public async Task Checkpoints_contain_each_record_once_and_carry_large_segments_over()
    {
        await using var catalog = await TestCatalog.OpenAsync();
        var maker = new CheckpointMaker(catalog.Store, catalog.Id, new(TimeProvider.System), TimeProvider.System, maxSegment: 4000);
        IReadOnlyList<SegmentReference> before = [];
        for (var round = 0; round < 4; round++)
        {
            await catalog.FillAsync();
            var made = await maker.MakeAsync("u:ada", default);
            var checkpoints = new CheckpointStore(catalog.Store, catalog.Id);
            var (read, head) = (await checkpoints.TryFindAsync(default))!.Value;
            head.Sequence.ShouldBe(round + 1);
            read.Segments.ShouldBe(made!.Segments);
            List<string> lines = [];
            foreach (var segment in read.Segments)
            {
                segment.Bytes.ShouldBeLessThanOrEqualTo(4000);
                var count = lines.Count;
                await foreach (var line in checkpoints.ReadAsync(segment, default))
                    lines.Add(Encoding.UTF8.GetString(line.Content.Span));
                (lines.Count - count).ShouldBe((int)segment.Records);
            }
            lines.ShouldBe(catalog.Records.Select(r => Encoding.UTF8.GetString(r.Content.Span)), ignoreOrder: true);
            before.Where(s => s.Bytes >= 2000).ShouldBeSubsetOf(read.Segments);
            before = read.Segments;
        }
    }
}
