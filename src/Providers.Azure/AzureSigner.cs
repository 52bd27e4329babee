using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace Cairn.Providers.Azure;

/// <summary>
/// Creates URLs that allow one operation on one blob, signed with the key of the account or with a key that the service issues to an identity.
/// </summary>
internal sealed class AzureSigner(AzureClients clients, AzureKeys keys, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LentFor = TimeSpan.FromDays(6);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private UserDelegationKey? _lent;

    /// <summary>Gets whether signing is possible: not with a shared access signature only, and not anonymously.</summary>
    public bool CanSign => clients.Key is not null || clients.Token is not null;

    public async ValueTask<Uri> SignAsync(StorePath path, BlobSasPermissions permissions, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var ends = time.GetUtcNow() + lifetime;
        var sas = new BlobSasBuilder(permissions, ends) { BlobContainerName = clients.ContainerName, BlobName = keys.FileKey(path) };
        var query = clients.Key is { } key
            ? sas.ToSasQueryParameters(key)
            : sas.ToSasQueryParameters(await LentKeyAsync(ends, cancellationToken).ConfigureAwait(false), clients.AccountName ?? clients.Service.AccountName);
        return new($"{keys.UrlOf(path).AbsoluteUri}?{query}");
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<UserDelegationKey> LentKeyAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            if (until > now + LentFor)
                throw new StoreException(StoreErrorCode.Unsupported, "an identity can sign for at most six days");
            if (_lent is null || _lent.SignedExpiresOn < until)
                _lent = await clients.Service.GetUserDelegationKeyAsync(now - ClockSkew, now + LentFor + ClockSkew, cancellationToken).ConfigureAwait(false);
            return _lent;
        }
        finally
        {
            _gate.Release();
        }
    }
}
