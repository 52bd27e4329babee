namespace Cairn;

/// <summary>
/// The exception that is thrown if a value cannot be converted to files or back: no materializer supports its type, the stored format is different, or the
/// files are not valid in their format.
/// </summary>
/// <remarks>Failures of the store are <see cref="StoreException"/>, which a materializer does not wrap.</remarks>
public sealed class MaterializationException : Exception
{
    /// <summary>Initializes a new instance.</summary>
    /// <param name="materializerId">The id of the materializer, or null if none could be selected.</param>
    /// <param name="reason">The reason, as a phrase without a final period.</param>
    /// <param name="innerException">The exception of the format's library. Optional.</param>
    public MaterializationException(string? materializerId, string reason, Exception? innerException = null)
        : base(null, innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        (MaterializerId, Reason) = (materializerId, reason);
    }

    /// <summary>Gets the id of the materializer, or null if none could be selected.</summary>
    public string? MaterializerId { get; }

    /// <summary>Gets the reason, as a phrase.</summary>
    public string Reason { get; }

    /// <summary>Gets the operation, such as <c>load sha256:… as Double[]</c>; null until it is known.</summary>
    public string? Operation { get; private set; }

    /// <summary>Gets a message with the operation, the materializer and the reason.</summary>
    public override string Message
    {
        get
        {
            var with = MaterializerId is null ? "" : $" (materializer {MaterializerId})";
            return Operation is null ? $"{Reason}{with}." : $"Cannot {Operation}: {Reason}{with}.";
        }
    }

    /// <summary>Adds the operation if it is not yet set.</summary>
    /// <returns>This exception.</returns>
    public MaterializationException WithContext(string operation)
    {
        Operation ??= operation;
        return this;
    }
}
