using System.Globalization;
using System.Security;
using System.Text;
using Cairn.Materializers;

namespace Cairn.Cli.Demo;

/// <summary>Draws the model as a bar chart.</summary>
internal static class MassChart
{
    private const int Bar = 24;

    public static ImageFile Of(MassModel model)
    {
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="480" height="{model.MeanMass.Count * Bar}">"""));
        foreach (var (i, (species, mass)) in model.MeanMass.OrderBy(m => m.Key, StringComparer.Ordinal).Index())
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<rect y="{i * Bar}" width="{mass / 20:F0}" height="{Bar - 4}" fill="steelblue"/>""")
                .Append(CultureInfo.InvariantCulture, $"""<text x="300" y="{(i * Bar) + 15}">{SecurityElement.Escape(species)} {mass} g</text>""");
        }
        return ImageFile.Parse(Encoding.UTF8.GetBytes(svg.Append("</svg>").ToString()));
    }
}
