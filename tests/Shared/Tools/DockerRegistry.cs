using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cairn.Tests.Tools;

/// <summary>Debian's registry of container images as a process, its storage in a folder of its own.</summary>
internal sealed class DockerRegistry : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private DockerRegistry(Process process, DirectoryInfo folder, string address) => (_process, _folder, Address) = (process, folder, address);

    /// <summary>Host and port.</summary>
    public string Address { get; }

    public static async Task<DockerRegistry> StartAsync(string program)
    {
        var folder = Directory.CreateTempSubdirectory("cairn-registry-");
        for (var tries = 0; ; tries++)
        {
            var address = $"127.0.0.1:{FreePort()}";
            var config = Path.Join(folder.FullName, "config.yml");
            await File.WriteAllTextAsync(config, $"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder.FullName}/data\nhttp:\n  addr: {address}\n");
            var process = Process.Start(new ProcessStartInfo(program, ["serve", config]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            // Nobody reads what it logs, and a full pipe would stop it.
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (await AnswersAsync(process, address))
                return new(process, folder, address);
            // Somebody else may have taken the port meanwhile.
            process.Kill();
            process.Dispose();
            tries.ShouldBeLessThan(3, "the registry does not start");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<bool> AnswersAsync(Process process, string address)
    {
        using var http = new HttpClient();
        for (var i = 0; i < 600 && !process.HasExited; i++)
        {
            try
            {
                using var answer = await http.GetAsync($"http://{address}/v2/");
                if (answer.StatusCode == HttpStatusCode.OK)
                    return true;
            }
            catch (HttpRequestException)
            {
                // Not up yet.
            }
            await Task.Delay(50);
        }
        return false;
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
