using System.Net;

namespace Cairn.Providers.Gcs;

/// <summary>A request that can be sent again.</summary>
/// <param name="Method">The method.</param>
/// <param name="Url">Where.</param>
internal sealed record GcsRequest(HttpMethod Method, Uri Url)
{
    /// <summary>Makes the body anew for each attempt, and tells the given action of progress; null for none.</summary>
    public Func<Action, HttpContent>? Body { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Which statuses besides 2xx are answers rather than failures.</summary>
    public Func<HttpStatusCode, bool>? Accepts { get; init; }

    /// <summary>True when it is sent once: its sender looks after failures itself.</summary>
    public bool Once { get; init; }

    /// <summary>True when the address is its own authority, and no credentials go along.</summary>
    public bool IsSession { get; init; }
}
