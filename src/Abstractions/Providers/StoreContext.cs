namespace Cairn.Providers;

/// <summary>The inputs of a provider for opening a driver.</summary>
public sealed class StoreContext
{
    private static readonly IReadOnlyDictionary<string, string> NoOptions = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the root of the driver. Its paths are relative to the root, and it cannot access anything outside.</summary>
    public required StoreUri Root { get; init; }

    /// <summary>Gets the option values as text by name, with secrets resolved. <see cref="StoreOptions.Bind{T}"/> converts them to a typed record.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = NoOptions;

    /// <summary>
    /// Gets a delegate that the driver calls before it retries a failed request, so a program can show the wait. It is called from any thread. Optional.
    /// </summary>
    public Action<RetryNotice>? Retrying { get; init; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
