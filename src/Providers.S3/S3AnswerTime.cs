using System.Runtime.CompilerServices;

namespace Cairn.Providers.S3;

/// <summary>Passes the time in the header <c>Date</c> of a response to the code that sent the request: the responses of the SDK do not contain it.</summary>
internal static class S3AnswerTime
{
    private static readonly AsyncLocal<StrongBox<DateTimeOffset?>?> _observed = new();

    /// <summary>Begins to observe the requests that the calling method sends from now on. The result gets the time of the last response.</summary>
    public static StrongBox<DateTimeOffset?> Observe() => _observed.Value = new();

    /// <summary>Takes note of the time of a response.</summary>
    public static void Note(HttpResponseMessage response)
    {
        if (_observed.Value is { } observed)
            observed.Value = response.Headers.Date;
    }
}
