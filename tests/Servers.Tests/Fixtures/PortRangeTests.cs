using Cairn.TestServers.Fixtures;

namespace Cairn.TestServers.Tests.Fixtures;

public sealed class PortRangeTests
{
    [Fact]
    public void Servers_that_start_at_one_time_get_ranges_of_their_own()
    {
        string folder = Directory.CreateTempSubdirectory("cairn-ports-").FullName;
        try
        {
            PortRange[] taken = [.. Enumerable.Range(0, 40).Select(_ => PortRange.Take(folder))];
            taken.Select(r => r.First).ShouldBeUnique();
            foreach (var range in taken) range.Dispose();
            // 121 ranges were asked for, and there are 120: a range that is disposed can be taken again.
            for (int i = 0; i < 81; i++) PortRange.Take(folder).Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
