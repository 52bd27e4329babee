using Cairn;
using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Acme.Sample;

/// <summary>A write: parts are written to an invisible file, and completion publishes it.</summary>
internal sealed class SampleUpload : StoreUpload
{
    private readonly SampleDriver _driver;
    private readonly UploadRequest _request;
    private readonly string _key;
    private readonly string _etag = Guid.NewGuid().ToString("N");
    private readonly SafeFileHandle _content;
    private SampleEntry? _published;

    public SampleUpload(SampleDriver driver, UploadRequest request, string key)
    {
        (_driver, _request, _key) = (driver, request, key);
        var path = driver.Box.ContentOf(_etag);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _content = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
    }

    public override int GetPartSize(int number) => _driver.PartSize;

    public override ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_driver.IsDisposed, this);
        return RandomAccess.WriteAsync(_content, part.Data, part.Offset, cancellationToken);
    }

    /// <summary>Can be called again after a failure: content that was published is not published twice.</summary>
    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_published is null)
        {
            await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
            _published = await _driver.Box.PublishAsync(_key, _etag, last.Offset + last.Data.Length, Check, cancellationToken).ConfigureAwait(false);
        }
        return _published.Describe(_request.Path);
    }

    public override ValueTask DisposeAsync()
    {
        _content.Dispose();
        if (_published is null)
            File.Delete(_driver.Box.ContentOf(_etag));
        return ValueTask.CompletedTask;
    }

    private void Check(SampleEntry? there)
    {
        if (_request.Mode.Kind == WriteModes.CreateNew && there is not null)
            throw new StoreException(StoreErrorCode.AlreadyExists, "a file already exists at that path");
        if (_request.Mode.Kind == WriteModes.Match && there?.ETag != _request.Mode.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, $"its version is {there?.ETag ?? "missing"}, not {_request.Mode.ETag}");
    }
}
