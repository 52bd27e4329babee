using Azure;
using Azure.Core;

namespace Cairn.Providers.Azure;

/// <summary>
/// Decides which requests are retried: those that the SDK retries, and requests whose body was damaged in transit, which the service refuses because of the
/// checksum or because it cannot parse the body.
/// </summary>
internal sealed class AzureClassifier(ResponseClassifier sdk) : ResponseClassifier
{
    public override bool IsErrorResponse(HttpMessage message) => sdk.IsErrorResponse(message);

    public override bool IsRetriable(HttpMessage message, Exception exception) => sdk.IsRetriable(message, exception);

    public override bool IsRetriableException(Exception exception) => sdk.IsRetriableException(exception);

    public override bool IsRetriableResponse(HttpMessage message) =>
        sdk.IsRetriableResponse(message) || (message.Response.Status == 400 && AzureErrors.Classify(AzureRequests.Failure(message.Response)).IsTransient);
}
