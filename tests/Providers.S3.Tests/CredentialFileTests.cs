using System.Diagnostics;

namespace Cairn.Providers.S3.Tests;

/// <summary>Credentials whose files are missing or broken: the error names the file or the command, and what is wrong with it.</summary>
public sealed class CredentialFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-s3-credentials-").FullName;

    [Fact]
    public async Task A_profile_that_does_not_exist_is_named() => await SaysAsync("none", "the profile 'none' does not exist");

    [Fact]
    public async Task A_command_that_fails_is_named()
    {
        var output = await SaysAsync("", "credential_process", ("AWS_PROFILE", "broken"));
        output.ShouldNotContain("Unknown");
    }

    [Fact]
    public async Task A_token_file_that_does_not_exist_is_named() =>
        await SaysAsync("", "no-such-token", ("AWS_WEB_IDENTITY_TOKEN_FILE", Path.Join(_folder, "no-such-token")), ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> SaysAsync(string profile, string words, params (string Name, string Value)[] environment)
    {
        await using var recorder = new S3Recorder();
        var config = Path.Join(_folder, "config");
        await File.WriteAllTextAsync(config, "[profile broken]\ncredential_process = /bin/false\nregion = us-east-1\n", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program.ChildArgument, Children.CredentialsArgument, recorder.Endpoint, profile]) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["AWS_CONFIG_FILE"] = config;
        start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = Path.Join(_folder, "credentials");
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        (output.StartsWith("Unauthenticated:", StringComparison.Ordinal) || output.StartsWith("InvalidConfiguration:", StringComparison.Ordinal)).ShouldBeTrue(output);
        output.ShouldContain(words);
        return output;
    }
}
