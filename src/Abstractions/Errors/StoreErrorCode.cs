namespace Cairn;

/// <summary>Why a store operation failed, in terms that are the same for every store.</summary>
public enum StoreErrorCode
{
    /// <summary>None of the others fits; the inner exception tells.</summary>
    Unknown,

    /// <summary>The object, directory or container does not exist.</summary>
    NotFound,

    /// <summary>Something is already there, and the operation was to create.</summary>
    AlreadyExists,

    /// <summary>The object is not in the version that was asked for.</summary>
    PreconditionFailed,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied,

    /// <summary>The caller is not known: credentials are missing, wrong or expired.</summary>
    Unauthenticated,

    /// <summary>The range starts at or past the object's end.</summary>
    RangeNotSatisfiable,

    /// <summary>The bytes are not those that a digest or checksum promised.</summary>
    IntegrityFailure,

    /// <summary>This store cannot do this at all; no byte has moved.</summary>
    Unsupported,

    /// <summary>The path cannot be held here: a file stands where a directory is needed or the other way round, or the platform cannot hold the name.</summary>
    PathConflict,

    /// <summary>The store's options or address are wrong.</summary>
    InvalidConfiguration,

    /// <summary>The store asks to slow down; <see cref="StoreException.RetryAfter"/> may say for how long.</summary>
    Throttled,

    /// <summary>The store could not be reached, timed out or failed on its own side.</summary>
    Unavailable,
}
