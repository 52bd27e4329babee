namespace Cairn.Materializers;

/// <summary>Adds charts of ScottPlot to what a program can save.</summary>
public static class PlotMaterializers
{
    /// <summary>Lets the materializer <c>image</c> save <see cref="ScottPlot.Plot"/>, too: as the PNG that is drawn of it. A plot cannot be read back; its picture can, as <see cref="ImageFile"/>.</summary>
    /// <param name="registry">One that has <c>image</c>.</param>
    /// <param name="width">The pictures' width in pixels.</param>
    /// <param name="height">The pictures' height in pixels.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">It has no materializer <c>image</c>.</exception>
    public static MaterializerRegistry AddScottPlot(this MaterializerRegistry registry, int width = 800, int height = 600)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return registry.Extend(PlotMaterializer.Image, images => new PlotMaterializer(images, width, height));
    }
}
