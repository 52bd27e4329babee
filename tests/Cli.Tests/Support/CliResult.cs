using System.Text.Json;

namespace Cairn.Cli.Tests;

/// <summary>What a run of the command answered.</summary>
internal sealed record CliResult(int Code, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<JsonElement> Json => [.. Lines.Select(l => JsonDocument.Parse(l).RootElement)];

    /// <summary>The exit code is 0 and nothing was said on standard error.</summary>
    public CliResult Ok()
    {
        Error.ShouldBe("");
        Code.ShouldBe(0);
        return this;
    }

    /// <summary>The exit code is as said, and the error is one line with a given text.</summary>
    public CliResult Fails(int code, string expected)
    {
        Code.ShouldBe(code, Error);
        Error.TrimEnd('\n').Split('\n').Length.ShouldBe(1, Error);
        Error.ShouldStartWith("cairn: ");
        Error.ShouldContain(expected);
        return this;
    }
}
