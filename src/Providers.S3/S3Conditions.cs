using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// Whether the service looks at the conditions of writes. Amazon's does, and the option may say so of another. Any other is tried before the first write under a condition, once for each way of writing and each kind of
/// condition: a service that passes over conditions would overwrite, and answer like one that does not.
/// </summary>
/// <remarks>A trial writes an object of its own name, writes it again under a condition that does not hold, and deletes it.</remarks>
internal sealed class S3Conditions(S3Driver driver)
{
    private const string NoVersion = "\"00000000000000000000000000000000\"";

    private readonly Lock _lock = new();
    private readonly Dictionary<(WriteModes Kind, bool IsMultipart), Task<bool>> _found = [];

    /// <summary>Refuses a write under a condition that the service would pass over.</summary>
    /// <exception cref="StoreException">Unsupported.</exception>
    public async ValueTask DemandAsync(WriteMode mode, bool isMultipart, CancellationToken cancellationToken)
    {
        if (mode.Kind == WriteModes.Replace || await AreKeptAsync(mode.Kind, isMultipart, cancellationToken).ConfigureAwait(false))
            return;
        throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, mode.Kind == WriteModes.CreateNew
            ? "the service passes over the conditions of writes: in a trial it wrote over a file on the condition that none is there"
            : "the service passes over the conditions of writes: in a trial it wrote over a file on the condition that it is of another version")
        {
            Advice = "Open the store with conditions=no, and write with Replace where overwriting is fine.",
        });
    }

    /// <summary>Whether the service looks at conditions of a kind, in a single request or at the completion of a multipart upload.</summary>
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

    /// <summary>Others wait for it too, so that nobody's cancellation ends it.</summary>
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
                Reason = $"whether the service looks at the conditions of writes could not be tried by writing and deleting a file: {fault.Reason}",
                Advice = "Open the store with conditions=yes where it does, and with conditions=no where it does not.",
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
