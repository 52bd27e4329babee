namespace Cairn.Tests;

/// <summary>Tests that a tool of the testing platform is not shown, so that a mutation run does not repeat them for each mutant.</summary>
internal static class LeftOut
{
    /// <summary>The arguments that leave out the classes of <c>CAIRN_TESTS_WITHOUT</c>: full names, separated by <c>;</c>, with <c>*</c> at either end.</summary>
    public static string[] Arguments { get; } = Environment.GetEnvironmentVariable("CAIRN_TESTS_WITHOUT") is { Length: > 0 } classes ? ["--filter-not-class", .. classes.Split(';')] : [];
}
