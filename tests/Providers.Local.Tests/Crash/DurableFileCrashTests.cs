using System.Text.Json.Serialization;
using Cairn.Plugins;
using Cairn.Workspaces;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>The workspace's file and the small files of plugins after a crash: what a change that returned has written is there, and what was under way is there whole or not at all.</summary>
public sealed partial class DurableFileCrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_workspace_survives_a_crash_at_any_moment()
    {
        using var run = new RecordedFolder();
        var file = new WorkspaceFile(Path.Join(run.Folder, "a", ".cairn"), TimeProvider.System, run.Disk);
        file.MakeFolder();
        await file.CreateAsync(new() { Active = "0" }, Cancel);
        run.Done("0");
        for (var i = 1; i <= 3; i++)
        {
            await file.ChangeAsync(document => document.Active = $"{i}", Cancel);
            run.Done($"{i}");
        }
        await run.ExploreAsync(folder =>
        {
            var below = Path.Join(folder, "a", ".cairn");
            return Task.FromResult(WorkspaceFile.IsIn(below) ? new WorkspaceFile(below, TimeProvider.System).Read().Active : null);
        });
    }

    [Fact]
    public async Task Pins_and_trust_survive_a_crash_at_any_moment()
    {
        using var run = new RecordedFolder();
        var file = Open(Path.Join(run.Folder, "home", "cairn"), run.Disk);
        for (var i = 0; i <= 3; i++)
        {
            await file.ChangeAsync(note => note.Text = $"{i}", Cancel);
            run.Done($"{i}");
        }
        await run.ExploreAsync(folder => Task.FromResult(Open(Path.Join(folder, "home", "cairn"), null).Read().Text));
    }

    private static LockedJson<Note> Open(string folder, RecordingDisk? disk) =>
        new(Path.Join(folder, "notes.json"), NoteJson.Default.Note, () => new(), _ => null, TimeProvider.System, disk);

    internal sealed class Note
    {
        public string? Text { get; set; }
    }

    [JsonSerializable(typeof(Note))]
    internal sealed partial class NoteJson : JsonSerializerContext;
}
