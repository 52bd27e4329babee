using System.Diagnostics;
using Cairn.TestServers.Fixtures;

namespace Cairn.Clouds.Tests;

/// <summary>Cairn with local files and S3 in a program without the parts that it does not use: what <c>samples/Backup</c> becomes when it is published.</summary>
public sealed class CompiledSampleTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-compiled-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    /// <summary>Native code, which is also trimmed; a trimmed program alone in the full run, and where native code cannot be linked.</summary>
    public static TheoryData<bool> Forms => !CanLink() ? [true] : Environment.GetEnvironmentVariable("CAIRN_FULL") is "1" ? [false, true] : [false];

    /// <summary>The compiler and the linker report code that they cannot follow; a warning is an error, as in every project of the repository.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_publishes_without_warnings_and_copies_a_folder_to_s3_and_back(bool trimmed)
    {
        var (server, reason) = await S3Server.TryStartAsync();
        Assert.SkipWhen(server is null, reason);
        var program = await PublishAsync(trimmed);
        Dictionary<string, string> environment = new()
        {
            ["AWS_ENDPOINT_URL"] = server!.Endpoint.ToString(),
            ["AWS_REGION"] = server.Region,
            ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey,
        };
        var source = Directory.CreateDirectory(Path.Join(_home, "source", "deep", "er")).Parent!.Parent!.FullName;
        var (small, large) = (Random.Shared.GetItems("cairn "u8.ToArray(), 100), new byte[20 << 20]);
        Random.Shared.NextBytes(large);
        await File.WriteAllBytesAsync(Path.Join(source, "small"), small, Cancel);
        await File.WriteAllBytesAsync(Path.Join(source, "deep", "er", "large"), large, Cancel);
        var bucket = await server.CreateBucketAsync($"cairn-{Guid.NewGuid():N}");

        var there = await Clouds.RunAsync(program, _home, environment, new Uri(source).AbsoluteUri, $"s3://{bucket}/copy");
        var back = await Clouds.RunAsync(program, _home, environment, $"s3://{bucket}/copy", new Uri(Path.Join(_home, "back")).AbsoluteUri);
        var missing = await Clouds.RunAsync(program, _home, environment, $"s3://{bucket}/missing", new Uri(Path.Join(_home, "none")).AbsoluteUri);

        there.ShouldBe((0, $"2 files, {100 + (20 << 20)} bytes\n", ""));
        back.ShouldBe(there);
        (await File.ReadAllBytesAsync(Path.Join(_home, "back", "small"), Cancel)).ShouldBe(small);
        (await File.ReadAllBytesAsync(Path.Join(_home, "back", "deep", "er", "large"), Cancel)).AsSpan().SequenceEqual(large).ShouldBeTrue();
        (missing.Code, missing.Output).ShouldBe((1, ""));
        missing.Error.ShouldContain("missing");
    }

    private static bool CanLink() => OperatingSystem.IsWindows()
        || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Join(folder, "clang")) || File.Exists(Path.Join(folder, "gcc")));

    /// <returns>The path of the program.</returns>
    private async Task<string> PublishAsync(bool trimmed)
    {
        var folder = Path.Join(_home, "published");
        string[] arguments = ["publish", Path.Join(Builds.Metadata("Root"), "samples", "Backup"), "-c", Builds.Metadata("Configuration"), "-p:BuildProjectReferences=false",
            $"-p:BackupIsTrimmed={(trimmed ? "true" : "false")}", "-o", folder, "-nologo", "-v", "q"];
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = Builds.Metadata("Root"), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        (process.ExitCode, (await output + await error).Trim()).ShouldBe((0, ""), $"dotnet {string.Join(' ', arguments)}\n{await output}{await error}");
        return Path.Join(folder, OperatingSystem.IsWindows() ? "Backup.exe" : "Backup");
    }
}
