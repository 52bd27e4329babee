using Cairn.Plugins;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The workspace's file and the small files of plugins after a crash: what a change that returned has written is there, and what was under way is there whole or not at all.</summary>
public sealed partial class DurableFileCrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_workspace_survives_a_crash_at_any_moment()
    {
        using var run = new Recorded();
        var file = new WorkspaceFile(Path.Join(run.Folder, "a", ".cairn"), TimeProvider.System, run.Disk);
        file.MakeFolder();
        await file.CreateAsync(new() { Active = "0" }, Cancel);
        run.Done("0");
        for (var i = 1; i <= 3; i++)
        {
            await file.ChangeAsync(document => document.Active = $"{i}", Cancel);
            run.Done($"{i}");
        }
        run.Explore(folder =>
        {
            var below = Path.Join(folder, "a", ".cairn");
            return WorkspaceFile.IsIn(below) ? new WorkspaceFile(below, TimeProvider.System).Read().Active : null;
        });
    }

    [Fact]
    public async Task Pins_and_trust_survive_a_crash_at_any_moment()
    {
        using var run = new Recorded();
        var file = Open(Path.Join(run.Folder, "home", "cairn"), run.Disk);
        for (var i = 0; i <= 3; i++)
        {
            await file.ChangeAsync(note => note.Text = $"{i}", Cancel);
            run.Done($"{i}");
        }
        run.Explore(folder => Open(Path.Join(folder, "home", "cairn"), null).Read().Text);
    }

    private static LockedJson<Note> Open(string folder, RecordingDisk? disk) =>
        new(Path.Join(folder, "notes.json"), NoteJson.Default.Note, () => new(), _ => null, TimeProvider.System, disk);

    internal sealed class Note
    {
        public string? Text { get; set; }
    }

    [JsonSerializable(typeof(Note))]
    internal sealed partial class NoteJson : JsonSerializerContext;

    /// <summary>A recorded disk, and when which content was acknowledged.</summary>
    private sealed class Recorded : IDisposable
    {
        private readonly DiskLog _log = new();
        private readonly List<(int At, string Content)> _done = [];

        public Recorded() => Disk = new(_log, Folder);

        public string Folder { get; } = Directory.CreateTempSubdirectory("cairn-durable-").FullName;

        public RecordingDisk Disk { get; }

        public void Done(string content) => _done.Add((_log.Now, content));

        /// <summary>Every state is the acknowledged content or that of the change under way; without any one of the flushes, some state is not.</summary>
        public void Explore(Func<string, string?> read)
        {
            Problem(read, null).ShouldBeNull();
            foreach (var (record, at) in _log.Records.Select((r, i) => (r, i)).Where(r => r.r is FlushRecord))
                Problem(read, at).ShouldNotBeNull($"The flush {at} ({record}) can be left out.");
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);

        private string? Problem(Func<string, string?> read, int? without)
        {
            foreach (var (at, state) in new CrashStates(_log, 256, new Random(1)).Enumerate(without))
            {
                using var folder = new ShortFolder();
                state.WriteTo(folder.Path);
                var last = _done.LastOrDefault(d => d.At <= at).Content;
                var next = _done.FirstOrDefault(d => d.At > at).Content ?? last;
                try
                {
                    if (read(folder.Path) is var found && found != last && found != next)
                        return $"after a crash at {at} it holds {found ?? "nothing"} and not {last ?? "nothing"}";
                }
                catch (Exception e) when (e is ArtifactStoreException or JsonException)
                {
                    return $"after a crash at {at}: {e.Message}";
                }
            }
            return null;
        }
    }
}
