using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Layers;

/// <summary>What every layer is given by the program around it.</summary>
public sealed record LayerContext
{
    /// <summary>The system's clock, and no log.</summary>
    public static LayerContext Default { get; } = new();

    /// <summary>The clock for delays, rates, durations and ages.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Makes the loggers; none by default. The category is the layer's class.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
