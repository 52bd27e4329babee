using System.Diagnostics;
using System.Reflection;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>The sample, as its own process: a folder goes from the disk to one bucket, to another, and back.</summary>
public sealed class CloudMoveTests : GcsTest
{
    [Fact]
    public async Task A_folder_moves_along_its_addresses()
    {
        var folder = Directory.CreateTempSubdirectory("cairn-move-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Join(folder, "from", "deep"));
            await File.WriteAllBytesAsync(Path.Join(folder, "from", "a b"), Bytes(1000), Cancel);
            await File.WriteAllBytesAsync(Path.Join(folder, "from", "deep", "ü"), Bytes(2000), Cancel);
            var other = Fake.CreateBucket();

            var (code, output) = await RunAsync($"file://{folder}/from", $"gs://{Bucket}/x", $"gs://{other}/y/z", $"file://{folder}/to");
            code.ShouldBe(0, output);
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.EndsWith("2 files, 3000 bytes", StringComparison.Ordinal));
            Fake.ObjectNames(Bucket).Concat(Fake.ObjectNames(other)).ShouldBeEmpty();
            File.ReadAllBytes(Path.Join(folder, "to", "deep", "ü")).ShouldBe(Bytes(2000));
            Directory.Exists(Path.Join(folder, "from")).ShouldBeFalse();

            (code, output) = await RunAsync($"gs://{Bucket}/missing", $"gs://{other}/y");
            (code, output.Contains("NotFound", StringComparison.Ordinal)).ShouldBe((1, true), output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] addresses)
    {
        var program = typeof(CloudMoveTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CloudMove").Value!;
        var start = new ProcessStartInfo("dotnet", [program, .. addresses]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["STORAGE_EMULATOR_HOST"] = Fake.Endpoint.OriginalString;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output + await error);
    }
}
