namespace Cairn.Providers.Memory;

/// <summary>The errors that this flavor finds out itself.</summary>
internal static class MemoryErrors
{
    public static StoreException NotFound() => new(StoreErrorCode.NotFound, "it does not exist");

    public static StoreException AlreadyExists() => new(StoreErrorCode.AlreadyExists, "a file is already there");

    public static StoreException Changed(string expected, string? actual) => new(
        StoreErrorCode.PreconditionFailed,
        actual is null ? $"version {expected} was asked for and nothing is there" : $"version {expected} was asked for and version {actual} is there");

    public static StoreException Full(long bound) => new(
        new StoreFault(StoreErrorCode.Unknown, $"the store would hold more than its bound of {bound} bytes") { Advice = "Raise the option max-size, or remove files." });

    public static StoreException StagedRemoved() => new(StoreErrorCode.NotFound, "the staged upload was removed while it was being written");

    public static StoreException WrongScheme(StoreUri root) => new(
        StoreErrorCode.InvalidConfiguration, $"the memory flavor serves mem://name/path, and the root is {root}");
}
