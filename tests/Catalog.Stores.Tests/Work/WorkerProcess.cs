using System.Diagnostics;
using System.Text.Json;

namespace Catalog.Stores.Tests.Work;

/// <summary>A process of workers.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<List<Entry>> _reading;
    private readonly SemaphoreSlim _answers = new(0);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Starts a process, and waits until it is ready.</summary>
    public static async Task<WorkerProcess> StartAsync(WorkPlan plan)
    {
        var process = new WorkerProcess(Process.Start(Program.Child("work", plan.ToString())) ?? throw new InvalidOperationException("The process did not start."));
        await process._ready.Task.WaitAsync(TimeSpan.FromMinutes(2));
        return process;
    }

    /// <summary>Lets the workers begin.</summary>
    public void Begin() => _process.StandardInput.WriteLine();

    /// <summary>Waits for the next answers.</summary>
    public async Task WaitForAsync(int answers)
    {
        for (var i = 0; i < answers; i++)
            (await _answers.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue("the process does nothing");
    }

    /// <summary>Waits until the workers have ended.</summary>
    /// <returns>The calls in the order of their answers; those of one worker are in its order.</returns>
    public async Task<List<Entry>> EndAsync()
    {
        var entries = await _reading;
        await _process.WaitForExitAsync();
        _process.ExitCode.ShouldBe(0);
        return entries;
    }

    /// <summary>Kills the process.</summary>
    public async Task<List<Entry>> KillAsync()
    {
        _process.HasExited.ShouldBeFalse("it should run until it is killed");
        _process.Kill();
        var entries = await _reading;
        await _process.WaitForExitAsync();
        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _answers.Dispose();
    }

    private async Task<List<Entry>> ReadAsync()
    {
        var (entries, begun) = (new List<Entry>(), new Dictionary<string, Operation>());
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                switch (line.Split(' ', 2))
                {
                    case ["ready", _]:
                        _ready.TrySetResult();
                        break;
                    case ["begin", var text] when TryParse<Operation>(text) is { } operation:
                        begun.Add(operation.Token, operation);
                        break;
                    case ["done", var text] when TryParse<Entry>(text) is { } entry:
                        begun.Remove(entry.Operation.Token).ShouldBeTrue();
                        entries.Add(entry);
                        _answers.Release();
                        break;
                }
            }
        }
        finally
        {
            _ready.TrySetException(new InvalidOperationException("The process ended before it was ready."));
        }
        entries.AddRange(begun.Values.Select(o => new Entry(o, null)));
        return entries;
    }

    /// <summary>The last line of a killed process may be torn.</summary>
    private static T? TryParse<T>(string text)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
