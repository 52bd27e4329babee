using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

/// <summary>Profiles of IAM Identity Center, against a portal that is a local server. The SDK reads its files and variables once in a process, so each case is a process.</summary>
public sealed class SsoTests : IDisposable
{
    private const string StartUrl = "https://acme.awsapps.com/start";

    private readonly string _home = Directory.CreateTempSubdirectory("cairn-s3-sso-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("session", true)]
    [InlineData("session", false)]
    [InlineData("legacy", true)]
    public async Task A_profile_with_a_login_gives_the_roles_keys(string profile, bool byOption)
    {
        LogIn(TimeSpan.FromHours(2));
        var (output, portal, keys) = await RunAsync(profile, byOption);
        output.ShouldContain("length 3");
        output.ShouldContain("loaded AWSSDK.SSO AWSSDK.SSOOIDC");
        var asked = portal.ShouldHaveSingleItem();
        asked.Target.ShouldBe("/federation/credentials?account_id=123456789012&role_name=reader");
        asked["x-amz-sso_bearer_token"].ShouldBe("canary-cached");
        keys.ShouldBe(["ASIASSO"]);
    }

    [Fact]
    public async Task A_login_that_has_ended_is_renewed()
    {
        LogIn(TimeSpan.FromHours(-1));
        var (output, portal, keys) = await RunAsync("session", byOption: false);
        output.ShouldContain("length 3");
        portal.Select(static r => r.Target.Split('?')[0]).ShouldBe(["/token", "/federation/credentials"]);
        portal[1]["x-amz-sso_bearer_token"].ShouldBe("canary-renewed");
        keys.ShouldBe(["ASIASSO"]);
    }

    [Theory]
    [InlineData(0, true, "")]
    [InlineData(0, false, "")]
    [InlineData(2, true, "UnauthorizedException")]
    [InlineData(2, false, "UnauthorizedException")]
    [InlineData(-1, true, "InvalidGrantException")]
    [InlineData(-1, false, "InvalidGrantException")]
    public async Task Without_a_valid_login_the_error_says_how_to_log_in(int hours, bool byOption, string refusal)
    {
        if (hours != 0)
            LogIn(TimeSpan.FromHours(hours));
        var (output, _, keys) = await RunAsync("session", byOption, refusal);
        output.ShouldContain("Unauthenticated:");
        output.ShouldContain("aws sso login");
        output.ShouldNotContain("canary");
        keys.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_profile_of_keys_loads_nothing_for_sso()
    {
        var (output, portal, keys) = await RunAsync("keys", byOption: false);
        output.ShouldContain("length 3");
        output.ShouldEndWith("loaded ");
        portal.ShouldBeEmpty();
        keys.ShouldBe(["AKIAKEYS"]);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    /// <summary>What <c>aws sso login</c> leaves behind: a token by session name and, for older profiles, by address.</summary>
    private void LogIn(TimeSpan lasts)
    {
        var cache = Directory.CreateDirectory(Path.Join(_home, ".aws", "sso", "cache")).FullName;
        string At(TimeSpan span) => TimeProvider.System.GetUtcNow().Add(span).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var key in new[] { "acme", StartUrl })
        {
#pragma warning disable CA5350
            var name = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(key)));
#pragma warning restore CA5350
            File.WriteAllText(Path.Join(cache, name + ".json"), $$"""
                {"startUrl":"{{StartUrl}}","region":"us-east-1","accessToken":"canary-cached","expiresAt":"{{At(lasts)}}","clientId":"id",
                 "clientSecret":"canary-client","registrationExpiresAt":"{{At(TimeSpan.FromDays(9))}}","refreshToken":"canary-refresh"}
                """);
        }
    }

    private async Task<(string Output, IReadOnlyList<RecordedRequest> Portal, string[] Keys)> RunAsync(string profile, bool byOption, string refusal = "")
    {
        await using var recorder = new S3Recorder();
        await using var portal = RecordingServer.Start(request => AnswerOfPortal(request, refusal));
        var files = Directory.CreateDirectory(Path.Join(_home, ".aws")).FullName;
        await File.WriteAllTextAsync(Path.Join(files, "config"), $"""
            [profile session]
            sso_session = acme
            sso_account_id = 123456789012
            sso_role_name = reader
            [sso-session acme]
            sso_region = us-east-1
            sso_start_url = {StartUrl}
            sso_registration_scopes = sso:account:access
            [profile legacy]
            sso_start_url = {StartUrl}
            sso_region = us-east-1
            sso_account_id = 123456789012
            sso_role_name = reader
            """, Cancel);
        await File.WriteAllTextAsync(Path.Join(files, "credentials"), "[keys]\naws_access_key_id = AKIAKEYS\naws_secret_access_key = canary-secret\n", Cancel);
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program.ChildArgument, Children.CredentialsArgument, recorder.Endpoint, byOption ? profile : ""]) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(static n => n.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = start.Environment["USERPROFILE"] = _home;
        start.Environment["AWS_CONFIG_FILE"] = Path.Join(files, "config");
        start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = Path.Join(files, "credentials");
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        start.Environment["AWS_ENDPOINT_URL_SSO"] = start.Environment["AWS_ENDPOINT_URL_SSO_OIDC"] = portal.Endpoint.ToString();
        if (!byOption)
            start.Environment["AWS_PROFILE"] = profile;
        using var process = Process.Start(start)!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
            return (output.TrimEnd('\n', '\r'), portal.Requests, [.. recorder.Requests.Select(S3Recorder.KeyIdOf)]);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static Answer AnswerOfPortal(RecordedRequest request, string refusal)
    {
        if (refusal.Length > 0)
            return new(refusal == "UnauthorizedException" ? 401 : 400, """{"message":"Session token not found or invalid"}""", "application/json") { Headers = [("x-amzn-ErrorType", refusal)] };
        return request.Target.StartsWith("/token", StringComparison.Ordinal)
            ? new(200, """{"accessToken":"canary-renewed","expiresIn":3600,"tokenType":"Bearer","refreshToken":"canary-refresh-2"}""", "application/json")
            : new(200, """{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"canary-secret","sessionToken":"canary-token","expiration":4102444800000}}""", "application/json");
    }
}
