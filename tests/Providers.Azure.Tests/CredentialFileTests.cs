using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cairn.Providers.Azure.Tests;

/// <summary>Token and certificate files that are missing, unreadable or broken: the error names the variable, the file, and what is wrong with it.</summary>
public sealed class CredentialFileTests : IDisposable
{
    private const string Token = "AZURE_FEDERATED_TOKEN_FILE", Certificate = "AZURE_CLIENT_CERTIFICATE_PATH", Password = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
    private const string GoodToken = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln";

    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-azure-credentials-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Token, null, "which does not exist")]
    [InlineData(Token, "", "which is empty")]
    [InlineData(Token, " \n", "which is empty")]
    [InlineData(Token, "<html>log in</html>", "which does not contain a token")]
    [InlineData(Token, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0", "which does not contain a token")]
    [InlineData(Token, GoodToken + "\n", null)]
    [InlineData(Certificate, null, "which does not exist")]
    [InlineData(Certificate, "", "which is empty")]
    [InlineData(Certificate, "garbage", "which cannot be read as a certificate")]
    [InlineData(Certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "which does not contain a private key")]
    [InlineData(Certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "which cannot be read as a certificate")]
    public void What_is_wrong_with_a_file_is_said(string variable, string? content, string? expected)
    {
        var file = Path.Join(_folder, "identity");
        if (content is not null)
            File.WriteAllText(file, content);
        var problem = AzureCredentialFiles.Problem(name => name == variable ? file : null);
        if (expected is null)
            problem.ShouldBeNull();
        else
            problem.ShouldNotBeNull().ShouldStartWith($"{variable} refers to {file}, {expected}");
    }

    [Fact]
    public void Good_certificates_are_fine_and_a_wrong_password_is_said()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=reader", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var (pem, archive, bare) = (Path.Join(_folder, "c.pem"), Path.Join(_folder, "c.pfx"), Path.Join(_folder, "bare.pem"));
        File.WriteAllText(pem, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(bare, certificate.ExportCertificatePem());
        File.WriteAllBytes(archive, certificate.Export(X509ContentType.Pkcs12, "canary-password"));
        Problem(pem, null).ShouldBeNull();
        Problem(archive, "canary-password").ShouldBeNull();
        Problem(bare, null).ShouldNotBeNull().ShouldContain("not contain a private key");
        var wrong = Problem(archive, "canary-wrong").ShouldNotBeNull();
        wrong.ShouldContain(Password);
        wrong.ShouldNotContain("canary");

        static string? Problem(string file, string? password) => AzureCredentialFiles.Problem(name => name switch { Certificate => file, Password => password, _ => null });
    }

    [Fact]
    public void A_folder_is_no_file() => AzureCredentialFiles.Problem(name => name == Token ? _folder : null).ShouldBe($"{Token} refers to {_folder}, which is a folder");

    [Theory]
    [InlineData(Token, null, "does not exist")]
    [InlineData(Token, "<html>", "does not contain a token")]
    [InlineData(Certificate, null, "does not exist")]
    [InlineData(Certificate, "garbage", "cannot be read as a certificate")]
    public async Task A_store_says_so_before_anything_is_asked_of_a_cloud(string variable, string? content, string expected)
    {
        var file = Path.Join(_folder, "identity");
        if (content is not null)
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        var said = await SaysAsync(variable, file);
        said.ShouldStartWith($"Unauthenticated: Cannot look at az://data/f: {variable} refers to {file}, which {expected}");
        said.ShouldContain("Correct or remove the variable.");
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_file_that_may_not_be_read_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Another user is needed, whom a file can be closed to.");
        var file = Path.Join(_folder, "identity");
        await File.WriteAllTextAsync(file, GoodToken, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        (await SaysAsync(Token, file, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")).ShouldContain($"{Token} refers to {file}, which is not readable");
    }

    private async Task<string> SaysAsync(string variable, string file, params string[] prefix)
    {
        string[] command = [.. prefix, Environment.ProcessPath!, Program.IdentityArgument];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("AZURE_", StringComparison.Ordinal) || k.StartsWith("IDENTITY_", StringComparison.Ordinal)
            || k.StartsWith("MSI_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        // Of the chain of identities only the one that is meant: the others would ask the machine and the network.
        start.Environment["AZURE_TOKEN_CREDENTIALS"] = variable == Token ? "WorkloadIdentityCredential" : "EnvironmentCredential";
        start.Environment["AZURE_AUTHORITY_HOST"] = "https://127.0.0.1:1/";
        (start.Environment["AZURE_TENANT_ID"], start.Environment["AZURE_CLIENT_ID"], start.Environment[variable]) = ("11111111-1111-1111-1111-111111111111",
            "22222222-2222-2222-2222-222222222222", file);
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
