using Azure;
using Azure.Core;

namespace Cairn.Providers.Azure;

/// <summary>What the SDK sends again: what it does by itself, and a body that was damaged on the way, which the service refuses by its checksum, or because it cannot read it.</summary>
internal sealed class AzureClassifier(ResponseClassifier sdk) : ResponseClassifier
{
    public override bool IsErrorResponse(HttpMessage message) => sdk.IsErrorResponse(message);

    public override bool IsRetriable(HttpMessage message, Exception exception) => sdk.IsRetriable(message, exception);

    public override bool IsRetriableException(Exception exception) => sdk.IsRetriableException(exception);

    public override bool IsRetriableResponse(HttpMessage message) =>
        sdk.IsRetriableResponse(message) || (message.Response.Status == 400 && AzureErrors.Classify(AzureRequests.Failure(message.Response)).IsTransient);
}
