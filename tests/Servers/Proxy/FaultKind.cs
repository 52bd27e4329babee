namespace Cairn.TestServers.Proxy;

/// <summary>What can go wrong between a client and a server.</summary>
public enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>500 by the proxy; the server never hears of the request.</summary>
    Status500,

    /// <summary>503 with Retry-After by the proxy; the server never hears of the request.</summary>
    Status503,

    /// <summary>429 with Retry-After by the proxy; the server never hears of the request.</summary>
    Status429,

    /// <summary>The connection is reset when the head was read and nothing of the body.</summary>
    ResetBeforeBody,

    /// <summary>The connection is reset when the whole request was read; the server never hears of it.</summary>
    ResetAfterBody,

    /// <summary>The server got the request and begins to answer; the connection is reset before the first byte of it.</summary>
    ResetBeforeResponse,

    /// <summary>The connection is reset in the middle of the response's body.</summary>
    ResetInResponse,

    /// <summary>The response's body ends early, and the connection with it, in order: fewer bytes than Content-Length promised.</summary>
    TruncateResponse,

    /// <summary>Content-Length and body agree, and both are shorter than what the server sent: only a checksum or the known length can tell.</summary>
    WrongLength,

    /// <summary>One byte of the response's body is another.</summary>
    FlipResponse,

    /// <summary>One byte of the request's body is another when it reaches the server.</summary>
    FlipRequest,

    /// <summary>The response stops in its middle for <see cref="FaultProxyOptions.StallFor"/>, then goes on.</summary>
    Stall,

    /// <summary>The server gets the request twice, one after the other; the client sees the second answer.</summary>
    Duplicate,

    /// <summary>The server did the work and answered in full; the client sees the connection end without a byte.</summary>
    DropResponse,
}
