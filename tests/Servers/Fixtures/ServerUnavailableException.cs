namespace Cairn.TestServers.Fixtures;

/// <summary>A server that cannot be had on this machine; the message says what was tried and why each way failed, for a test's skip.</summary>
public sealed class ServerUnavailableException(string message) : Exception(message);

/// <summary>A server, or the reason in words why there is none: <c>Assert.SkipUnless(found.Server is not null, found.Reason)</c>.</summary>
/// <param name="Server">The server; null where none can be had.</param>
/// <param name="Reason">Why there is none; empty where there is one.</param>
public sealed record ServerAvailability<T>(T? Server, string Reason) where T : class;
