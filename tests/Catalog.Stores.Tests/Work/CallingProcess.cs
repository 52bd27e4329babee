using System.Diagnostics;
using System.Text.Json;
using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Work;

/// <summary>A process that makes the calls that it is told.</summary>
internal sealed class CallingProcess : IAsyncDisposable
{
    private readonly Process _process;

    private CallingProcess(Process process) => _process = process;

    public static async Task<CallingProcess> StartAsync(Place place, string user, string indexFolder)
    {
        var process = Process.Start(Program.Child("call", place.ToString(), user, indexFolder)) ?? throw new InvalidOperationException("The process did not start.");
        (await process.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        return new(process);
    }

    public async Task<Answer> CallAsync(Operation operation)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(operation));
        return JsonSerializer.Deserialize<Answer>((await _process.StandardOutput.ReadLineAsync()).ShouldNotBeNull())!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        _process.Dispose();
        code.ShouldBe(0);
    }
}
