using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// Determines whether the service honors the conditions of writes. Amazon's does, and the option can declare it for other services. Any other service is
/// tested before the first conditional write, once for each way of writing and each kind of condition: a service that ignores conditions would overwrite
/// files and report success.
/// </summary>
/// <remarks>A test writes an object with a unique name, writes it again under a condition that does not hold, and deletes it.</remarks>
internal sealed class S3Conditions(S3Driver driver)
{
    private const string NoVersion = "\"00000000000000000000000000000000\"";

    private readonly Lock _lock = new();
    private readonly Dictionary<(WriteModes Kind, bool IsMultipart), Task<bool>> _found = [];

    /// <summary>Refuses a conditional write if the service would ignore the condition.</summary>
    /// <exception cref="StoreException">Unsupported.</exception>
    public async ValueTask DemandAsync(WriteMode mode, bool isMultipart, CancellationToken cancellationToken)
    {
        if (mode.Kind == WriteModes.Replace || await AreKeptAsync(mode.Kind, isMultipart, cancellationToken).ConfigureAwait(false))
            return;
        throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, mode.Kind == WriteModes.CreateNew
            ? "the service ignores the conditions of writes: in a test it overwrote a file although the request said to write only if no file exists"
            : "the service ignores the conditions of writes: in a test it overwrote a file although the request required another version")
        {
            Advice = "Open the store with conditions=no, and write with Replace if overwriting is acceptable.",
        });
    }

    /// <summary>Returns whether the service honors a kind of condition, in a single request or at the completion of a multipart upload.</summary>
    public async ValueTask<bool> AreKeptAsync(WriteModes kind, bool isMultipart, CancellationToken cancellationToken)
    {
        if (driver.Options.Conditions is { } said)
            return said;
        if (driver.IsAmazons)
            return true;
        Task<bool> trial;
        lock (_lock)
        {
            if (!_found.TryGetValue((kind, isMultipart), out trial!) || trial.IsFaulted || trial.IsCanceled)
                _found[(kind, isMultipart)] = trial = TryAsync(kind, isMultipart);
        }
        return await trial.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Other callers wait for the same test, so the cancellation of one caller does not end it.</summary>
    private async Task<bool> TryAsync(WriteModes kind, bool isMultipart)
    {
        try
        {
            return await TryAsync(StorePath.Parse($".cairn-check-{Guid.NewGuid():N}"), kind, isMultipart).ConfigureAwait(false);
        }
        catch (Exception e) when (driver.Classify(e) is { Code: StoreErrorCode.PermissionDenied } fault)
        {
            throw new StoreException(fault with
            {
                Reason = $"testing the conditions of writes by writing and deleting a file failed: {fault.Reason}",
                Advice = "Open the store with conditions=yes if the service honors conditions; otherwise, with conditions=no.",
            }, e);
        }
    }

    private async Task<bool> TryAsync(StorePath path, WriteModes kind, bool isMultipart)
    {
        await WriteAsync(path, WriteMode.Replace, isMultipart: false).ConfigureAwait(false);
        try
        {
            await WriteAsync(path, kind == WriteModes.CreateNew ? WriteMode.CreateNew : WriteMode.Match(NoVersion), isMultipart).ConfigureAwait(false);
            return false;
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.AlreadyExists or StoreErrorCode.PreconditionFailed)
        {
            return true;
        }
        finally
        {
            var deleted = await driver.DeleteAsync(new([new(path)]), CancellationToken.None).ConfigureAwait(false);
            if (deleted[0].Error is { } error)
                throw error;
        }
    }

    private async Task WriteAsync(StorePath path, WriteMode mode, bool isMultipart)
    {
        var content = Encoding.UTF8.GetBytes(path.Value);
        var upload = new S3Upload(driver, new(path, mode) { Length = content.Length }, isTrial: true);
        await using var aborting = upload.ConfigureAwait(false);
        if (isMultipart)
            await upload.WritePartAsync(new(0, 0, content), CancellationToken.None).ConfigureAwait(false);
        await upload.CompleteAsync(isMultipart ? new(1, content.Length, default) : new(0, 0, content), CancellationToken.None).ConfigureAwait(false);
    }
}
