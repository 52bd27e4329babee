namespace Cairn.Materializers;

/// <summary>Extension methods that add charts of ScottPlot to a registry.</summary>
public static class PlotMaterializers
{
    /// <summary>
    /// Extends the materializer <c>image</c> to save <see cref="ScottPlot.Plot"/> as a rendered PNG. A plot cannot be loaded; its picture can be loaded as
    /// <see cref="ImageFile"/>.
    /// </summary>
    /// <param name="registry">A registry that contains <c>image</c>.</param>
    /// <param name="width">The width of the pictures in pixels.</param>
    /// <param name="height">The height of the pictures in pixels.</param>
    /// <returns>The registry.</returns>
    /// <exception cref="ArgumentException">The registry has no materializer <c>image</c>.</exception>
    public static MaterializerRegistry AddScottPlot(this MaterializerRegistry registry, int width = 800, int height = 600)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return registry.Extend(PlotMaterializer.Image, images => new PlotMaterializer(images, width, height));
    }
}
