using System.Security.Cryptography;
using System.Text.Json;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>A service account of a test: a key as Google writes it, whose tokens come from a fake.</summary>
internal sealed class ServiceAccount
{
    private readonly RSA _rsa = RSA.Create(2048);

    public string Email { get; } = $"robot-{Guid.NewGuid():N}@project.iam.gserviceaccount.com";

    public string PublicKey => _rsa.ExportSubjectPublicKeyInfoPem();

    public string PrivateKey => _rsa.ExportPkcs8PrivateKeyPem();

    /// <summary>A line from the middle of the private key: what no message may show.</summary>
    public string Secret => PrivateKey.Split('\n')[10];

    public string KeyJson(Uri service) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["type"] = "service_account",
        ["project_id"] = "project",
        ["private_key_id"] = "key-1",
        ["private_key"] = PrivateKey,
        ["client_email"] = Email,
        ["client_id"] = "1",
        ["token_uri"] = new Uri(service, "/token").AbsoluteUri,
    });
}
