using System.Text.Json;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A recorded disk, and when which content was acknowledged.</summary>
internal sealed class RecordedFolder : IDisposable
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("CAIRN_FULL") is not null;

    private readonly DiskLog _log = new();
    private readonly List<(int At, string? Content)> _done = [];

    public RecordedFolder() => Disk = new(_log, Folder);

    public string Folder { get; } = Directory.CreateTempSubdirectory("cairn-durable-").FullName;

    public RecordingDisk Disk { get; }

    /// <summary>Takes note that a user was told of a content; null for none.</summary>
    public void Done(string? content)
    {
        Disk.Look();
        _done.Add((_log.Now, content));
    }

    /// <summary>Every state is the acknowledged content or that of the change under way; without any one of the flushes, some state is not.</summary>
    /// <param name="read">Reads the content below a folder; null when there is none.</param>
    /// <param name="between">What may be read as well while the first content comes or the last one goes; null for nothing.</param>
    public async Task ExploreAsync(Func<string, Task<string?>> read, string? between = null)
    {
        (await ProblemAsync(read, between, null)).ShouldBeNull();
        foreach (var (record, at) in _log.Records.Select((r, i) => (r, i)).Where(r => r.r is FlushRecord))
            (await ProblemAsync(read, between, at)).ShouldNotBeNull($"The flush {at} ({record}) can be left out:\n{this}");
    }

    /// <summary>Looks at every state.</summary>
    /// <param name="problem">Says what is wrong below a folder; null when nothing is.</param>
    /// <returns>The first problem, and how many states were looked at.</returns>
    public async Task<(string? Problem, int States)> LookAsync(Func<string, Task<string?>> problem)
    {
        var states = 0;
        foreach (var (at, state) in new CrashStates(_log, Full ? 256 : 24, new Random(1)).Enumerate())
        {
            states++;
            using var folder = new ShortFolder();
            state.WriteTo(folder.Path);
            if (await problem(folder.Path) is { } found)
                return ($"after a crash at {at}: {found}", states);
        }
        CrashTotals.Add(states, _log.Records.Count);
        return (null, states);
    }

    public override string ToString() => string.Join('\n', _log.Records.Select((r, i) => $"{i} {r}"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private async Task<string?> ProblemAsync(Func<string, Task<string?>> read, string? between, int? without)
    {
        var states = 0;
        foreach (var (at, state) in new CrashStates(_log, Full ? 256 : without is null ? 12 : 64, new Random(1)).Enumerate(without))
        {
            states++;
            using var folder = new ShortFolder();
            state.WriteTo(folder.Path);
            var last = _done.LastOrDefault(d => d.At <= at).Content;
            var coming = _done.FindIndex(d => d.At > at);
            var next = coming < 0 ? last : _done[coming].Content;
            try
            {
                if (await read(folder.Path) is var found && found != last && found != next && !(found == between && coming >= 0 && (last is null || next is null)))
                    return $"after a crash at {at} it holds {found ?? "nothing"} and not {last ?? "nothing"}:\n{this}";
            }
            catch (Exception e) when (e is StoreException or JsonException)
            {
                return $"after a crash at {at}: {e.Message}";
            }
        }
        if (without is null)
            CrashTotals.Add(states, _log.Records.Count);
        return null;
    }
}
