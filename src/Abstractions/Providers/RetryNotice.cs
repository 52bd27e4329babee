namespace Cairn.Providers;

/// <summary>A request to a service has failed, and is sent again.</summary>
/// <param name="Service">The address of the service, free of secrets.</param>
/// <param name="Reason">Why the request failed, in words.</param>
/// <param name="Failed">How often this request has failed.</param>
/// <param name="Delay">How long is waited before it is sent again.</param>
/// <param name="Until">When it is given up at the latest, unless it is given up for the count of its attempts before.</param>
public sealed record RetryNotice(string Service, string Reason, int Failed, TimeSpan Delay, DateTimeOffset Until);
