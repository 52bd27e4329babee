using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cairn.Providers.Azure;

/// <summary>
/// Checks the identity files named by environment variables after a sign-in has failed: for an invalid file, the SDK's credential chain only reports that
/// the identity is unavailable.
/// </summary>
internal static class AzureCredentialFiles
{
    private const string Token = "AZURE_FEDERATED_TOKEN_FILE", Certificate = "AZURE_CLIENT_CERTIFICATE_PATH", Password = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

    /// <summary>Returns the problem of the files with the variable and the file, or null if there is none.</summary>
    public static string? Problem(Func<string, string?> environment) =>
        ProblemOf(environment, Token, static (bytes, _) => ProblemOfToken(bytes)) ?? ProblemOf(environment, Certificate, ProblemOfCertificate);

    private static string? ProblemOf(Func<string, string?> environment, string variable, Func<byte[], string?, string?> look)
    {
        if (environment(variable) is not { Length: > 0 } file)
            return null;
        try
        {
            return look(File.ReadAllBytes(file), environment(Password)) is { } problem ? $"{variable} refers to {file}, {problem}" : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{variable} refers to {file}, which does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            return $"{variable} refers to {file}, which {(Directory.Exists(file) ? "is a folder" : "is not readable")}";
        }
        catch (IOException e)
        {
            return $"{variable} refers to {file}, which cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    /// <summary>A token consists of three base64url texts separated by dots.</summary>
    private static string? ProblemOfToken(byte[] bytes)
    {
        var text = bytes.AsSpan().Trim(" \t\r\n"u8);
        if (text.IsEmpty)
            return "which is empty";
        var parts = 0;
        foreach (var range in text.Split((byte)'.'))
        {
            parts++;
            if (!Base64Url.IsValid(text[range]) || text[range].IsEmpty)
                return "which does not contain a token (a JSON web token)";
        }
        return parts == 3 ? null : "which does not contain a token (a JSON web token)";
    }

    private static string? ProblemOfCertificate(byte[] bytes, string? password)
    {
        if (bytes.Length == 0)
            return "which is empty";
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        try
        {
            if (!text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                using var archive = X509CertificateLoader.LoadPkcs12(bytes, password);
                return archive.HasPrivateKey ? null : "whose certificate has no private key";
            }
            if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
                return "which does not contain a private key";
            using var certificate = X509Certificate2.CreateFromPem(text, text);
            return null;
        }
        catch (CryptographicException e)
        {
            return $"which cannot be read as a certificate with its private key (PEM, or PKCS #12 with {Password}): {e.Message.TrimEnd('.')}";
        }
    }
}
