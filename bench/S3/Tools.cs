using System.Diagnostics;
using Cairn.TestServers.Fixtures;

namespace Cairn.Bench.S3;

/// <summary>The command-line programs that do the same, as far as they are installed: rclone, awscli, s3cmd.</summary>
/// <param name="server">The server, or a proxy before it.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="folder">A folder for their settings.</param>
internal sealed class Tools(S3Server server, string bucket, string folder)
{
    /// <summary>The large object that all write and read: a test server keeps its objects in memory, and has not room for one of each.</summary>
    public const string Key = "big";

    private static readonly string[] _rclone = ["--s3-upload-concurrency", "8", "--s3-chunk-size", "16M", "--multi-thread-streams", "8", "--multi-thread-cutoff", "32M"];

    public IEnumerable<Way> Up(string file)
    {
        if (Has("rclone"))
            yield return new("rclone, 8 x 16 MiB", () => RunAsync("rclone", ["copyto", file, $"cairn:{bucket}/{Key}", "--ignore-times", "--s3-no-check-bucket", .. _rclone]), true);
        if (Has("aws"))
            yield return new("awscli", () => RunAsync("aws", ["--endpoint-url", server.Endpoint.ToString(), "s3", "cp", "--only-show-errors", file, $"s3://{bucket}/{Key}"]), true);
        if (Has("s3cmd"))
            yield return new("s3cmd", () => RunAsync("s3cmd", ["-c", Config(), "--quiet", "put", file, $"s3://{bucket}/{Key}"]), true);
    }

    public IEnumerable<Way> Down(string file)
    {
        if (Has("rclone"))
            yield return new("rclone, 8 x 16 MiB", () => RunAsync("rclone", ["copyto", $"cairn:{bucket}/{Key}", file, "--ignore-times", .. _rclone]), true);
        if (Has("aws"))
            yield return new("awscli", () => RunAsync("aws", ["--endpoint-url", server.Endpoint.ToString(), "s3", "cp", "--only-show-errors", $"s3://{bucket}/{Key}", file]), true);
        if (Has("s3cmd"))
            yield return new("s3cmd", () => RunAsync("s3cmd", ["-c", Config(), "--quiet", "--force", "get", $"s3://{bucket}/{Key}", file]), true);
    }

    public IEnumerable<Way> ManyUp(string source)
    {
        if (Has("rclone"))
            yield return new("rclone --transfers 32", () => RunAsync("rclone",
                ["copy", source, $"cairn:{bucket}/rclone-small", "--ignore-times", "--s3-no-check-bucket", "--transfers", "32", "--checkers", "32"]), true);
    }

    public IEnumerable<Way> ManyDown(string target)
    {
        if (Has("rclone"))
            yield return new("rclone --transfers 32", () => RunAsync("rclone", ["copy", $"cairn:{bucket}/rclone-small", target, "--ignore-times", "--transfers", "32", "--checkers", "32"]), true);
    }

    private static bool Has(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Join(f, tool)));

    private string Config()
    {
        var file = Path.Join(folder, "s3cmd.cfg");
        File.WriteAllText(file, $"""
            [default]
            access_key = {server.AccessKey}
            secret_key = {server.SecretKey}
            host_base = {server.Endpoint.Authority}
            host_bucket = {server.Endpoint.Authority}
            use_https = False
            bucket_location = {server.Region}
            """);
        return file;
    }

    private async Task RunAsync(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["RCLONE_CONFIG"] = Path.Join(folder, "rclone.conf"),
            ["RCLONE_CONFIG_CAIRN_TYPE"] = "s3",
            ["RCLONE_CONFIG_CAIRN_PROVIDER"] = "Ceph",
            ["RCLONE_CONFIG_CAIRN_ENDPOINT"] = server.Endpoint.ToString(),
            ["RCLONE_CONFIG_CAIRN_ACCESS_KEY_ID"] = server.AccessKey,
            ["RCLONE_CONFIG_CAIRN_SECRET_ACCESS_KEY"] = server.SecretKey,
            ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey,
            ["AWS_DEFAULT_REGION"] = server.Region,
        })
            start.Environment[name] = value;
        // A bundle for the world outside, which rclone refuses to look at; the server here is plain HTTP.
        start.Environment.Remove("AWS_CA_BUNDLE");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)} failed: {await error} {await output}");
    }
}
