namespace Cairn;

/// <summary>A store operation failed. Misuse is an <see cref="ArgumentException"/> instead, and cancellation is never wrapped.</summary>
/// <remarks>
/// A driver throws it with a code and a reason for what it finds out itself; the façade adds <see cref="Operation"/> and <see cref="Uri"/>. The message never holds a secret.
/// </remarks>
public class StoreException : IOException
{
    private readonly StoreFault _fault;

    /// <summary>Makes an error from a code and a reason.</summary>
    /// <param name="code">The code.</param>
    /// <param name="reason">Why, in a phrase without a final stop and without a secret.</param>
    /// <param name="innerException">The exception of the SDK or system.</param>
    public StoreException(StoreErrorCode code, string reason, Exception? innerException = null)
        : this(new StoreFault(code, reason), innerException)
    {
    }

    /// <summary>Makes an error from what a driver made of an exception.</summary>
    public StoreException(StoreFault fault, Exception? innerException = null)
        : base(null, innerException)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _fault = fault;
    }

    /// <summary>Why it failed, in terms that are the same for every store.</summary>
    public StoreErrorCode Code => _fault.Code;

    /// <summary>Why it failed, as a phrase.</summary>
    public string Reason => _fault.Reason;

    /// <summary>What to do about it; null when the code says it all.</summary>
    public string? Advice => _fault.Advice;

    /// <summary>True when the same call may succeed later.</summary>
    public bool IsTransient => _fault.IsTransient;

    /// <summary>How long the store asks to wait before the next try; null when it does not say.</summary>
    public TimeSpan? RetryAfter => _fault.RetryAfter;

    /// <summary>The service's name for the failed request; null when there is none.</summary>
    public string? RequestId => _fault.RequestId;

    /// <summary>What was tried, as a verb phrase such as <c>open for reading</c>; null until the façade has added it.</summary>
    public string? Operation { get; private set; }

    /// <summary>On what it was tried, free of secrets; null until the façade has added it.</summary>
    public StoreUri? Uri { get; private set; }

    /// <summary>What was tried, on what, why it failed, and what to do.</summary>
    public override string Message
    {
        get
        {
            var tried = (Operation, Uri) switch
            {
                ({ } operation, { } uri) => $"Cannot {operation} {uri}: ",
                ({ } operation, null) => $"Cannot {operation}: ",
                (null, { } uri) => $"{uri}: ",
                _ => "",
            };
            var request = RequestId is null ? "" : $" Request id {RequestId}.";
            return $"{tried}{Reason} ({Code}).{(Advice is null ? "" : " " + Advice)}{request}";
        }
    }

    /// <summary>Adds what was tried and on what, where it is not yet known; the innermost caller knows best.</summary>
    /// <returns>This exception.</returns>
    public StoreException WithContext(string operation, StoreUri uri)
    {
        Operation ??= operation;
        Uri ??= uri;
        return this;
    }
}
