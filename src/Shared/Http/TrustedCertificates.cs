using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cairn.Http;

/// <summary>The certificates of the option <c>ca-file</c>.</summary>
/// <remarks>A source file shared by providers.</remarks>
internal static class TrustedCertificates
{
    /// <summary>A policy that trusts the certificates of a PEM file and no others.</summary>
    /// <exception cref="StoreException">InvalidConfiguration, if the file cannot be read as PEM certificates.</exception>
    public static X509ChainPolicy Read(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StoreException(StoreErrorCode.InvalidConfiguration, $"the file {file} of option 'ca-file' cannot be read as PEM certificates", e);
        }
        return policy;
    }
}
