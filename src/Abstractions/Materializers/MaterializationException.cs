namespace Cairn;

/// <summary>A value could not be turned into files or back: nobody serves its type, the stored format is another one, or the files do not hold what the format says.</summary>
/// <remarks>Failures of the store are <see cref="StoreException"/>, and pass through a materializer as they are.</remarks>
public sealed class MaterializationException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="materializerId">The materializer; null where none could be chosen.</param>
    /// <param name="reason">Why, in a phrase without a final stop.</param>
    /// <param name="innerException">What the format's library threw; null for none.</param>
    public MaterializationException(string? materializerId, string reason, Exception? innerException = null)
        : base(null, innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        (MaterializerId, Reason) = (materializerId, reason);
    }

    /// <summary>The materializer; null where none could be chosen.</summary>
    public string? MaterializerId { get; }

    /// <summary>Why, as a phrase.</summary>
    public string Reason { get; }

    /// <summary>What was tried, such as <c>load sha256:… as Double[]</c>; null until it is known.</summary>
    public string? Operation { get; private set; }

    /// <summary>What was tried, with what, and why it failed.</summary>
    public override string Message
    {
        get
        {
            var with = MaterializerId is null ? "" : $" (materializer {MaterializerId})";
            return Operation is null ? $"{Reason}{with}." : $"Cannot {Operation}: {Reason}{with}.";
        }
    }

    /// <summary>Adds what was tried, where it is not yet known.</summary>
    /// <returns>This exception.</returns>
    public MaterializationException WithContext(string operation)
    {
        Operation ??= operation;
        return this;
    }
}
