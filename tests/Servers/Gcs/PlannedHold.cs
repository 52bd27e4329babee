using Microsoft.AspNetCore.Http;

namespace Cairn.TestServers.Gcs;

/// <summary>A request that the fake takes now and carries out later, as a slow front end does.</summary>
internal sealed class PlannedHold(Task until, int times, Func<string, string, bool> when) : Planned(times, when)
{
    private int _waiting;

    public int Waiting => _waiting;

    public async Task WaitAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        context.Request.Body = body;
        // It no longer matters whether the client is there.
        context.RequestAborted = CancellationToken.None;
        Interlocked.Increment(ref _waiting);
        await until;
        Interlocked.Decrement(ref _waiting);
    }
}
