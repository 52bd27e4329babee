using System.Diagnostics;
using Cairn.Catalog.Chains;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Catalog.Assets;

/// <summary>Lets the processes of this machine that lose races for an asset append to it one after the other.</summary>
/// <remarks>
/// Nothing depends on it: whoever waits while no turn ends for <see cref="Patience"/>, or cannot use the folder, appends without one, and the chain decides. A turn is a lock on a file, which
/// ends with its process. The file holds the number of the newest record for whoever has the next turn. Thread-safe.
/// </remarks>
/// <param name="folder">Returns the local folder for the files.</param>
internal sealed class MachineTurns(Func<string> folder)
{
    /// <summary>How long a turn is waited for while nobody appends: longer than an append usually takes, and short if the process that has the turn was stopped.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    /// <summary>The number of appends to an asset that wait for a turn after a lost race.</summary>
    private const int AfterLoss = 64;

    /// <summary>The most milliseconds between two looks at a file.</summary>
    private const int LongestPause = 8;

    private readonly Lazy<string> _folder = new(folder);
    private readonly Recent<Guid, Count> _contended = new();

    /// <summary>Notes that a race for an asset was lost: from now on, turns are waited for.</summary>
    public void Lost(Guid asset) => _contended.Keep(asset, new(AfterLoss), (_, _) => true);

    /// <summary>Waits for a turn if races for the asset were lost.</summary>
    /// <returns>The turn, whose disposal ends it; null without one.</returns>
    public async ValueTask<MachineTurn?> TryEnterAsync(Guid asset, CancellationToken cancellationToken)
    {
        if (_contended.Find(asset) is not { } left)
            return null;
        if (Interlocked.Decrement(ref left.Value) <= 0)
            _contended.Forget(asset);
        try
        {
            var path = PathOf(asset);
            // A thread that sleeps takes far less processor time than timers, each of which wakes the thread pool.
            var file = TryLock(path) ?? await Task.Factory
                .StartNew(() => Wait(path, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            if (file is not null)
                return new(asset, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be used: the chain alone decides.
        }
        _contended.Forget(asset);
        return null;
    }

    /// <summary>The file of an asset. Assets may share one: then they wait for each other.</summary>
    private string PathOf(Guid asset)
    {
        Span<byte> id = stackalloc byte[16];
        asset.TryWriteBytes(id);
        return Path.Join(_folder.Value, $"{id[15]:x2}");
    }

    private static SafeFileHandle? Wait(string path, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var (noted, since) = (File.GetLastWriteTimeUtc(path), start); Stopwatch.GetElapsedTime(since) < Patience && Stopwatch.GetElapsedTime(start) < _longest;)
        {
            Thread.Sleep(Random.Shared.Next(1, LongestPause + 1));
            cancellationToken.ThrowIfCancellationRequested();
            if (TryLock(path) is { } file)
                return file;
            if (File.GetLastWriteTimeUtc(path) is var now && now != noted)
                (noted, since) = (now, Stopwatch.GetTimestamp());
        }
        return null;
    }

    /// <summary>Opens a file alone; null if another process has it.</summary>
    private static SafeFileHandle? TryLock(string path)
    {
        while (true)
        {
            try
            {
                return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (DirectoryNotFoundException)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            }
            catch (IOException e) when (IsHeld(e))
            {
                return null;
            }
        }
    }

    /// <summary>EWOULDBLOCK on Linux and macOS; sharing and lock violation on Windows.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    private sealed class Count(int value)
    {
        public int Value = value;
    }
}
