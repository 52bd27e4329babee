namespace Cairn.Tests;

/// <summary>Tests that a tool of the testing platform is not shown, so that a mutation run does not repeat them for each mutant.</summary>
internal static class LeftOut
{
    /// <summary>
    /// The arguments that leave out the tests of <c>CAIRN_TESTS_WITHOUT</c>, separated by <c>;</c>: full names of classes, or <c>Class:Method</c>, with <c>*</c> at either end.
    /// </summary>
    public static string[] Arguments { get; } = Environment.GetEnvironmentVariable("CAIRN_TESTS_WITHOUT") is { Length: > 0 } tests
        ? [.. tests.Split(';').SelectMany<string, string>(static test => test.Contains(':') ? ["--filter-not-method", test.Replace(':', '.')] : ["--filter-not-class", test])]
        : [];
}
