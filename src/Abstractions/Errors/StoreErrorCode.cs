namespace Cairn;

/// <summary>The reason for the failure of a store operation. The codes have the same meaning for every store.</summary>
public enum StoreErrorCode
{
    /// <summary>The failure has no other code; the inner exception has the details.</summary>
    Unknown,

    /// <summary>The object, directory or container does not exist.</summary>
    NotFound,

    /// <summary>Something already exists at the path, and the operation must create it.</summary>
    AlreadyExists,

    /// <summary>The version of the object is not the requested one.</summary>
    PreconditionFailed,

    /// <summary>The caller is authenticated but does not have permission.</summary>
    PermissionDenied,

    /// <summary>The caller is not authenticated: credentials are missing, wrong or expired.</summary>
    Unauthenticated,

    /// <summary>The range starts at or past the end of the object.</summary>
    RangeNotSatisfiable,

    /// <summary>The content does not match its digest or checksum.</summary>
    IntegrityFailure,

    /// <summary>The store does not support the operation. No data was transferred.</summary>
    Unsupported,

    /// <summary>
    /// The path cannot be used in this store: a file exists where a directory is required or vice versa, or the platform does not support the name.
    /// </summary>
    PathConflict,

    /// <summary>The options or the URI of the store are not valid.</summary>
    InvalidConfiguration,

    /// <summary>The store requests a lower rate; <see cref="StoreException.RetryAfter"/> may specify a delay.</summary>
    Throttled,

    /// <summary>The store could not be reached, did not respond in time, or failed internally.</summary>
    Unavailable,
}
