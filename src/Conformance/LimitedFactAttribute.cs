using System.Globalization;
using System.Runtime.CompilerServices;

namespace Cairn.Conformance;

/// <summary>A test of the kit. It fails, under its own name, when it has not ended within <see cref="TimeLimit"/>: a driver that hangs does not hang the run.</summary>
public sealed class LimitedFactAttribute : Xunit.FactAttribute
{
    /// <summary>Makes the attribute.</summary>
    public LimitedFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = TimeLimit.Milliseconds;
}

/// <summary>A test of the kit that runs for each of its arguments; <see cref="LimitedFactAttribute"/> has its limit.</summary>
public sealed class LimitedTheoryAttribute : Xunit.TheoryAttribute
{
    /// <summary>Makes the attribute.</summary>
    public LimitedTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = TimeLimit.Milliseconds;
}

/// <summary>How long one test of the kit may take: 5 minutes, 60 with <c>CAIRN_FULL=1</c>, or the seconds in <c>CAIRN_KIT_TIMEOUT</c>.</summary>
internal static class TimeLimit
{
    private const string Variable = "CAIRN_KIT_TIMEOUT";

    public static int Milliseconds { get; } = Read();

    private static int Read() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
            ? seconds * 1000
            : throw new InvalidOperationException($"{Variable} is '{text}'; it takes a number of seconds from 1 to 86400.")
        : (Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 60 : 5) * 60_000;
}
