namespace Cairn;

/// <summary>
/// The exception that is thrown if a store operation fails. Invalid arguments throw <see cref="ArgumentException"/> instead, and cancellation is never
/// wrapped.
/// </summary>
/// <remarks>
/// A driver throws it with a code and a reason for errors that it detects itself; the façade adds <see cref="Operation"/> and <see cref="Uri"/>. The message
/// never contains a secret.
/// </remarks>
public class StoreException : IOException
{
    private readonly StoreFault _fault;

    /// <summary>Initializes a new instance from a code and a reason.</summary>
    /// <param name="code">The error code.</param>
    /// <param name="reason">The reason, as a phrase without a final period and without secrets.</param>
    /// <param name="innerException">The exception of the SDK or the system. Optional.</param>
    public StoreException(StoreErrorCode code, string reason, Exception? innerException = null)
        : this(new StoreFault(code, reason), innerException)
    {
    }

    /// <summary>Initializes a new instance from the classification of an exception.</summary>
    public StoreException(StoreFault fault, Exception? innerException = null)
        : base(null, innerException)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _fault = fault;
    }

    /// <summary>Gets the error code, which has the same meaning for every store.</summary>
    public StoreErrorCode Code => _fault.Code;

    /// <summary>Gets the reason, as a phrase.</summary>
    public string Reason => _fault.Reason;

    /// <summary>Gets advice for the user, or null if the code is sufficient.</summary>
    public string? Advice => _fault.Advice;

    /// <summary>Gets whether the same call may succeed later.</summary>
    public bool IsTransient => _fault.IsTransient;

    /// <summary>Gets the delay that the store requests before the next attempt, or null if it specifies none.</summary>
    public TimeSpan? RetryAfter => _fault.RetryAfter;

    /// <summary>Gets the service's identifier of the failed request, or null if there is none.</summary>
    public string? RequestId => _fault.RequestId;

    /// <summary>Gets the operation as a verb phrase such as <c>open for reading</c>; null until the façade has added it.</summary>
    public string? Operation { get; private set; }

    /// <summary>Gets the target of the operation, without secrets; null until the façade has added it.</summary>
    public StoreUri? Uri { get; private set; }

    /// <summary>Gets a message with the operation, its target, the reason and the advice.</summary>
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

    /// <summary>Adds the operation and its target if they are not yet set; the innermost caller has the most precise values.</summary>
    /// <returns>This exception.</returns>
    public StoreException WithContext(string operation, StoreUri uri)
    {
        Operation ??= operation;
        Uri ??= uri;
        return this;
    }
}
