using System.Globalization;
using System.Runtime.CompilerServices;

namespace Cairn.Conformance;

/// <summary>
/// Marks a test of the kit. The test fails if it does not end within <see cref="TimeLimit"/>, so a driver that hangs does not block the run.
/// </summary>
public sealed class LimitedFactAttribute : Xunit.FactAttribute
{
    /// <summary>Initializes the attribute.</summary>
    public LimitedFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = TimeLimit.Milliseconds;
}

/// <summary>Marks a parameterized test of the kit, with the same limit as <see cref="LimitedFactAttribute"/>.</summary>
public sealed class LimitedTheoryAttribute : Xunit.TheoryAttribute
{
    /// <summary>Initializes the attribute.</summary>
    public LimitedTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = TimeLimit.Milliseconds;
}

/// <summary>
/// The maximum duration of one test of the kit: 5 minutes, 60 minutes with <c>CAIRN_FULL=1</c>, or the number of seconds in <c>CAIRN_KIT_TIMEOUT</c>.
/// </summary>
internal static class TimeLimit
{
    private const string Variable = "CAIRN_KIT_TIMEOUT";

    public static int Milliseconds { get; } = Read();

    private static int Read() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
            ? seconds * 1000
            : throw new InvalidOperationException($"{Variable} is '{text}', but must be a number of seconds from 1 to 86400.")
        : (Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 60 : 5) * 60_000;
}
