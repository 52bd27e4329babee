using System.Net;
using System.Security.Cryptography;
using Azure;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>The name of one conditional write, kept in the blob's metadata: when an answer is lost and the SDK sends the request again, the refusal is told from one's own success.</summary>
internal sealed class AzureWriteId(AzureDriver driver, StorePath path, WriteMode mode)
{
    /// <summary>The name; null for a write without a condition, which may simply be sent again.</summary>
    public string? Value { get; } = mode.Kind == WriteModes.Replace ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>Whether what failed may have been done all the same: a refused condition, or no answer at all.</summary>
    public bool MayBeOwnSuccess(Exception exception) => Value is not null && exception switch
    {
        RequestFailedException { Status: (int)HttpStatusCode.PreconditionFailed or (int)HttpStatusCode.Conflict or (int)HttpStatusCode.NotFound or >= 500 or 0 } => true,
        RequestFailedException { ErrorCode: "InvalidBlockList" } => true,
        AggregateException or HttpRequestException or IOException => exception is not StoreException,
        _ => false,
    };

    /// <summary>What stands at the path now, and whether this write has put it there. When that cannot be seen either, the original failure is thrown.</summary>
    public async ValueTask<(AzureHead? There, bool IsOwn)> LookAsync(Exception failure, CancellationToken cancellationToken)
    {
        try
        {
            var there = await driver.HeadAsync(path, cancellationToken).ConfigureAwait(false);
            return (there, there?.WriteId == Value);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw Refusal(failure);
        }
    }

    /// <summary>What a failure means under the write's mode.</summary>
    public Exception Refusal(Exception exception)
    {
        if (exception is not RequestFailedException e)
            return exception;
        var requestId = AzureErrors.Classify(e).RequestId;
        return mode.Kind switch
        {
            WriteModes.CreateNew when e.ErrorCode is "BlobAlreadyExists" or "TargetConditionNotMet" or "ConditionNotMet" =>
                new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, "it already exists") { RequestId = requestId }, e),
            WriteModes.Match when AzureErrors.IsMissing(e) =>
                new StoreException(new StoreFault(StoreErrorCode.PreconditionFailed, "it does not exist any more") { RequestId = requestId }, e),
            _ => e,
        };
    }
}
