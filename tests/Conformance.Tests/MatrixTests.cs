using System.Text;
using Cairn.Conformance.Tests.Broken;

namespace Cairn.Conformance.Tests;

/// <summary>The matrix of broken drivers and suites, for the docs.</summary>
public class MatrixTests(ITestOutputHelper output)
{
    private const string FileVariable = "CAIRN_MATRIX";

    /// <summary>
    /// Prints which broken driver must turn which suite red. With <c>CAIRN_MATRIX=FILE</c> it tries every suite over every defect, which takes many minutes, writes what turned red
    /// to the file as Markdown, and holds that nothing expected is missing.
    /// </summary>
    [Fact]
    public async Task The_matrix()
    {
        var file = Environment.GetEnvironmentVariable(FileVariable);
        var rows = new List<(Defect Defect, IReadOnlyCollection<string> Red)>();
        foreach (var defect in Defects.All)
        {
            rows.Add((defect, file is null ? defect.Suites : await RedSuitesAsync(defect)));
            if (file is not null)
                await File.WriteAllTextAsync(file, Markdown(rows));
        }
        output.WriteLine(Markdown(rows));

        rows.SelectMany(r => r.Defect.Suites.Except(r.Red).Select(s => $"{s} over {r.Defect}")).ShouldBeEmpty();
        SuiteRunner.Suites.Keys.Except(rows.SelectMany(r => r.Red)).ShouldBeEmpty();
    }

    private static async Task<HashSet<string>> RedSuitesAsync(Defect defect)
    {
        var red = new HashSet<string>();
        foreach (var suite in SuiteRunner.Suites.Keys)
        {
            if (await SuiteRunner.FindRedAsync(suite, defect.Decoration) is not null)
                red.Add(suite);
        }
        return red;
    }

    private static string Markdown(List<(Defect Defect, IReadOnlyCollection<string> Red)> rows)
    {
        var text = new StringBuilder("| broken driver | what is wrong | suites that turn red |\n|---|---|---|\n");
        foreach (var (defect, red) in rows)
        {
            var suites = red.Order(StringComparer.Ordinal).Select(s => defect.Suites.Contains(s) ? $"**{Short(s)}**" : Short(s));
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {defect} | {defect.What} | {string.Join(", ", suites)} |\n");
        }
        text.Append("\n| suite | broken drivers that turn it red |\n|---|---|\n");
        foreach (var suite in SuiteRunner.Suites.Keys)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {Short(suite)} | {string.Join(", ", rows.Where(r => r.Red.Contains(suite)).Select(r => r.Defect.Name))} |\n");
        return text.ToString();
    }

    private static string Short(string suite) => suite[..^"Tests".Length];
}
