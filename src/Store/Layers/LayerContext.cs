using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Layers;

/// <summary>The clock and the loggers that a program provides to every layer.</summary>
public sealed record LayerContext
{
    /// <summary>Gets a context with the system clock and without logging.</summary>
    public static LayerContext Default { get; } = new();

    /// <summary>Gets the clock for delays, rates, durations and ages.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the logger factory. Default: no logging. The category is the class of the layer.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
