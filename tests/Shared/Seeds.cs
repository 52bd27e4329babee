using System.Globalization;

namespace Cairn.Tests;

/// <summary>Random numbers whose seed a test prints, and that <c>CAIRN_SEED</c> sets to have the same ones again.</summary>
/// <remarks>A source file that several test projects share.</remarks>
internal static class Seeds
{
    private const string Variable = "CAIRN_SEED";

    /// <summary>A new generator; its seed is in the test's output.</summary>
    public static Random Next()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
            seed = string.IsNullOrEmpty(text) ? Random.Shared.Next() : throw new InvalidOperationException($"{Variable} is '{text}'; it takes a whole number.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{Variable}={seed}");
        return new Random(seed);
    }
}
