namespace Cairn.Bench.Commands;

/// <summary>Copies of many small files from a folder to another place on the same disk, as whole processes.</summary>
internal static class LocalCopies
{
    private const int Folders = 40;

    /// <summary>Prints a row for each peer: into a durable store beside <c>cp -r</c> followed by a flush of the file system, and into a plain folder beside <c>cp -r</c> alone.</summary>
    public static async Task RunAsync(string folder, string cairn, string? rclone, int files, int rounds)
    {
        const int Length = 2048;
        var many = Path.Join(folder, "tree");
        for (var i = 0; i < Folders; i++)
        {
            Directory.CreateDirectory(Path.Join(many, $"{i:d2}"));
            for (var file = i; file < files; file += Folders)
                File.WriteAllBytes(Path.Join(many, $"{i:d2}", $"{file:d5}"), new byte[Length]);
        }
        var none = new Dictionary<string, string?>();
        var what = $"local: {files} x 2 KiB in {Folders} folders";
        await Comparison.RunAsync(what + ", durable", rounds,
        [
            new("cairn", _ => IntoAsync(target => Run.AsyncOf(none, cairn, "cp", "-r", many, $"file://{target}"))),
            new("cp -r, sync -f", _ => IntoAsync(target => Run.AsyncOf(none, "sh", "-c", "cp -r \"$1\" \"$2\" && sync -f \"$2\"", "sh", many, target))),
            .. Rclone(),
        ]);
        await Comparison.RunAsync(what, rounds,
        [
            new("cairn", _ => IntoAsync(target => Run.AsyncOf(none, cairn, "cp", "-r", many, target))),
            new("cp -r", _ => IntoAsync(target => Run.AsyncOf(none, "cp", "-r", many, target))),
            .. Rclone(),
        ]);

        IEnumerable<Way> Rclone() => rclone is null ? [] : [new("rclone (not durable)", _ => IntoAsync(target => Run.AsyncOf(none, rclone, "--config", "/dev/null", "copy", many, target)))];

        // Removing the copy is not measured, nor what it leaves to be written.
        async Task<Cost> IntoAsync(Func<string, Task<Cost>> run)
        {
            var target = Path.Join(folder, "copy");
            var cost = await run(target);
            if (Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Count() != files)
                throw new InvalidOperationException("Not everything was copied.");
            Directory.Delete(target, recursive: true);
            await Run.AsyncOf(none, "sync", "-f", folder);
            return cost;
        }
    }
}
