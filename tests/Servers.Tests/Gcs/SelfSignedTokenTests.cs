using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.TestServers.Gcs;
using Microsoft.AspNetCore.WebUtilities;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class SelfSignedTokenTests : GcsTest
{
    private const string Account = "robot@project.iam.example";
    private const string Scopes = "https://www.googleapis.com/auth/";
    private readonly RSA _key = RSA.Create(2048);
    private readonly MovableClock _clock = new();

    private protected override GcsFakeOptions Options()
    {
        var options = new GcsFakeOptions { Clock = _clock, RequireToken = true };
        options.SigningKeys[Account] = _key.ExportSubjectPublicKeyInfoPem();
        return options;
    }

    [Fact, Documented("google.aip.dev/auth/4111", InShort = "A JWT signed with the account's key is a bearer token: iss and sub name the account, scope or aud what it is for")]
    public async Task A_token_that_the_account_signed()
    {
        (await StatusAsync(new() { ["scope"] = Scopes + "devstorage.full_control " + Scopes + "userinfo.email" })).ShouldBe(200);
        (await StatusAsync(new() { ["scope"] = Scopes + "cloud-platform" })).ShouldBe(200);
        (await StatusAsync(new() { ["aud"] = "https://storage.googleapis.com/" })).ShouldBe(200);
        (await StatusAsync(new() { ["aud"] = Fake.Endpoint.AbsoluteUri })).ShouldBe(200);
        string reading = Token(new() { ["scope"] = Scopes + "devstorage.read_only" });
        (await GetAsync(Objects, ("Authorization", "Bearer " + reading))).Status.ShouldBe(200);
        (await MediaAsync("a", [1], "", ("Authorization", "Bearer " + reading))).Status.ShouldBe(403);
        (await GetAsync($"/storage/v1/b/{Bucket}/iam/testPermissions?permissions=storage.objects.get&permissions=storage.objects.create", ("Authorization", "Bearer " + reading)))
            .Json["permissions"]!.ToJsonString().ShouldBe("""["storage.objects.get"]""");
    }

    [Fact, Documented("google.aip.dev/auth/4111", "caller must not specify scope and audience at the same time",
        InShort = "401 for a token with both or neither, of another audience, account, key or algorithm")]
    public async Task A_token_that_is_not_for_this()
    {
        var good = new Dictionary<string, object> { ["scope"] = Scopes + "cloud-platform" };
        (await StatusAsync([])).ShouldBe(401);
        (await StatusAsync(new(good) { ["aud"] = "https://storage.googleapis.com/" })).ShouldBe(401);
        (await StatusAsync(new() { ["aud"] = "https://pubsub.googleapis.com/" })).ShouldBe(401);
        (await StatusAsync(new() { ["aud"] = "http://127.0.0.1:1/" })).ShouldBe(401);
        (await StatusAsync(new() { ["scope"] = Scopes + "userinfo.email" })).ShouldBe(401);
        (await StatusAsync(new(good) { ["sub"] = "other@project.iam.example" })).ShouldBe(401);
        (await StatusAsync(new(good) { ["iss"] = "other@project.iam.example", ["sub"] = "other@project.iam.example" })).ShouldBe(401);
        (await StatusAsync(good, algorithm: "HS256")).ShouldBe(401);
        using var other = RSA.Create(2048);
        (await StatusAsync(good, key: other)).ShouldBe(401);
        string token = Token(good);
        foreach (string broken in new[] { "ey.ey.ey", token[..^8], token + "AAAA", "eyJhIjo.." }) (await GetAsync(Objects, ("Authorization", "Bearer " + broken))).Status.ShouldBe(401, broken);
    }

    [Fact, Documented("google.aip.dev/auth/4111", InShort = "exp is at most an hour after iat")]
    public async Task A_token_lives_an_hour_at_most()
    {
        var claims = new Dictionary<string, object> { ["scope"] = Scopes + "cloud-platform" };
        (await StatusAsync(claims, lifetime: TimeSpan.FromHours(2))).ShouldBe(401);
        string token = Token(claims);
        _clock.Advance(TimeSpan.FromMinutes(61));
        (await GetAsync(Objects, ("Authorization", "Bearer " + token))).Status.ShouldBe(401);
    }

    private async Task<int> StatusAsync(Dictionary<string, object> claims, string algorithm = "RS256", RSA? key = null, TimeSpan? lifetime = null) =>
        (await GetAsync(Objects, ("Authorization", "Bearer " + Token(claims, algorithm, key, lifetime)))).Status;

    private string Token(Dictionary<string, object> claims, string algorithm = "RS256", RSA? key = null, TimeSpan? lifetime = null)
    {
        long now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var all = new Dictionary<string, object> { ["iss"] = Account, ["sub"] = Account, ["iat"] = now, ["exp"] = now + (long)(lifetime ?? TimeSpan.FromHours(1)).TotalSeconds };
        foreach (var (name, value) in claims) all[name] = value;
        string signed = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = algorithm, typ = "JWT" }))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(all))}";
        return $"{signed}.{Encode((key ?? _key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(byte[] bytes) => WebEncoders.Base64UrlEncode(bytes);
}
