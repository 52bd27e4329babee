namespace Cairn.Providers;

/// <summary>What a provider gets to open a driver.</summary>
public sealed class StoreContext
{
    private static readonly IReadOnlyDictionary<string, string> NoOptions = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The root that the driver serves; its paths are relative to it, and it reaches nothing outside.</summary>
    public required StoreUri Root { get; init; }

    /// <summary>Option values as text by option name, secrets already resolved. <see cref="StoreOptions.Bind{T}"/> makes a typed record of them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = NoOptions;

    /// <summary>Called when the driver sends a request again that has failed, so that a person sees what is waited for; from any thread. Null for nobody.</summary>
    public Action<RetryNotice>? Retrying { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
