namespace Cairn.Providers;

/// <summary>Describes a failed request to a service that will be sent again.</summary>
/// <param name="Service">The URL of the service, without secrets.</param>
/// <param name="Reason">The reason for the failure.</param>
/// <param name="Failed">The number of failures of this request.</param>
/// <param name="Delay">The delay before the request is sent again.</param>
/// <param name="Until">The time at which the driver gives up at the latest; it may give up earlier because of the number of attempts.</param>
public sealed record RetryNotice(string Service, string Reason, int Failed, TimeSpan Delay, DateTimeOffset Until);
