using System.Text;

namespace Cairn.Catalog.Recording;

/// <summary>The log of a task: in memory as long as it is short, then in a temporary file. The values of secrets do not get into it. Thread-safe.</summary>
/// <param name="secrets">The values that are replaced by asterisks.</param>
internal sealed class LogBuffer(SecretValues secrets) : IDisposable
{
    /// <summary>The most bytes that a record contains; a longer log is an artifact.</summary>
    public const int MaxInline = 4096;

    private const int MaxMemory = 256 << 10;
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private FileStream? _file;
    private bool _isDisposed;

    /// <summary>Appends a line. After the end of the task, nothing is kept.</summary>
    public void Append(string line)
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _text.Append(secrets.Hide(line)).Append('\n');
            if (_text.Length >= MaxMemory)
                Spill();
        }
    }

    /// <summary>The whole log, if a record can contain it; null otherwise. Empty if there is none.</summary>
    public string? TryGetText()
    {
        lock (_lock)
        {
            if (_file is not null || _text.Length > MaxInline)
                return null;
            var text = _text.ToString();
            return Encoding.UTF8.GetByteCount(text) <= MaxInline ? text : null;
        }
    }

    /// <summary>The whole log as a stream, which the caller reads before the next line is appended.</summary>
    public Stream Open()
    {
        lock (_lock)
        {
            if (_file is null)
                return new MemoryStream(Encoding.UTF8.GetBytes(_text.ToString()), writable: false);
            Spill();
            _file.Position = 0;
            return _file;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _text.Clear();
            _file?.Dispose();
        }
    }

    private void Spill()
    {
        _file ??= new FileStream(Path.Join(Path.GetTempPath(), $"cairn-log-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
        _file.Write(Encoding.UTF8.GetBytes(_text.ToString()));
        _text.Clear();
    }
}
