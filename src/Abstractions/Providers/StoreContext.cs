namespace Cairn.Providers;

/// <summary>What a provider gets to open a driver.</summary>
public sealed class StoreContext
{
    private static readonly IReadOnlyDictionary<string, string> NoOptions = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The root that the driver serves; its paths are relative to it, and it reaches nothing outside.</summary>
    public required ArtifactUri Root { get; init; }

    /// <summary>Option values as text by option name, secrets already resolved. <see cref="StoreOptions.Bind{T}"/> makes a typed record of them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = NoOptions;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
