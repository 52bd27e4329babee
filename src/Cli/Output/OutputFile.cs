using Cairn.Providers.Memory;

namespace Cairn.Cli;

/// <summary>Writes the local file of a command, such as a chart or a table.</summary>
internal static class OutputFile
{
    private const string Name = "output";

    /// <summary>Refuses to write over a file, before a command does its work.</summary>
    /// <exception cref="UsageException">The file exists and is not to be replaced.</exception>
    public static void Check(string path, bool replace)
    {
        if (!replace && Path.Exists(path))
            throw new UsageException($"'{path}' already exists. Use --replace to replace it, or choose another name.");
    }

    /// <summary>Writes a file. It appears, or is replaced, when its content is complete; an error leaves an existing file as it was.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="replace">Whether a file that exists is replaced; otherwise, it is an error.</param>
    /// <param name="write">Writes the content, which is collected in memory.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public static async Task WriteAsync(string path, bool replace, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        Check(path, replace);
        var scratch = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://output", cancellationToken: cancellationToken).ConfigureAwait(false);
        await using var forgetting = scratch.ConfigureAwait(false);
        var stream = await scratch.OpenWriteAsync(Name, WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await write(stream).ConfigureAwait(false);
            await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        await scratch.DownloadFileAsync(Name, path, replace ? WriteMode.Replace : WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
