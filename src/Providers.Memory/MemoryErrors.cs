namespace Cairn.Providers.Memory;

/// <summary>The errors that this provider detects itself.</summary>
internal static class MemoryErrors
{
    public static StoreException NotFound() => new(StoreErrorCode.NotFound, "it does not exist");

    public static StoreException AlreadyExists() => new(StoreErrorCode.AlreadyExists, "a file already exists at that path");

    public static StoreException Changed(string expected, string? actual) => new(
        StoreErrorCode.PreconditionFailed,
        actual is null ? $"version {expected} was expected, but the file does not exist" : $"version {expected} was expected, but the version is {actual}");

    public static StoreException Full(long bound) => new(
        new StoreFault(StoreErrorCode.Unknown, $"the store would exceed its limit of {bound} bytes") { Advice = "Increase the option max-size, or remove files." });

    public static StoreException StagedRemoved() => new(StoreErrorCode.NotFound, "the staged upload was removed while it was being written");

    public static StoreException WrongScheme(StoreUri root) => new(
        StoreErrorCode.InvalidConfiguration, $"the memory flavor requires a root of the form mem://name/path, but the root is {root}");
}
