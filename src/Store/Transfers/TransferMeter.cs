namespace Cairn.Transfers;

/// <summary>Counts transferred bytes and reports the progress, at most about twenty times per second and once at the end.</summary>
internal sealed class TransferMeter(IProgress<TransferProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private long _lastReport = time.GetTimestamp();
    private long _bytes;
    private long _files;
    private long _directories;
    private long _totalBytes;
    private long _totalFiles;
    private bool _totalKnown;

    /// <summary>Gets the progress so far.</summary>
    public TransferResult Result
    {
        get
        {
            lock (_gate)
                return new(_files, _bytes, _directories);
        }
    }

    public void Found(long length)
    {
        lock (_gate)
        {
            _totalFiles++;
            _totalBytes += length;
        }
    }

    public void FoundAll()
    {
        lock (_gate)
            _totalKnown = true;
    }

    /// <summary>Records the only file of a transfer.</summary>
    public void FoundOnly(long length)
    {
        Found(length);
        FoundAll();
    }

    public void Moved(long bytes)
    {
        lock (_gate)
        {
            _bytes += bytes;
            Report(always: false);
        }
    }

    public void FileDone()
    {
        lock (_gate)
        {
            _files++;
            Report(always: false);
        }
    }

    public void DirectoryDone()
    {
        lock (_gate)
            _directories++;
    }

    public void Done()
    {
        lock (_gate)
            Report(always: true);
    }

    private void Report(bool always)
    {
        if (progress is null || (!always && time.GetElapsedTime(_lastReport) < Interval))
            return;
        _lastReport = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_start, _lastReport).TotalSeconds;
        progress.Report(new(_bytes, _files, _totalKnown ? _totalBytes : null, _totalKnown ? _totalFiles : null, seconds > 0 ? _bytes / seconds : 0));
    }
}
