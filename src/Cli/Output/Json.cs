using System.CommandLine;

namespace Cairn.Cli;

/// <summary>The <c>--json</c> option of every listing: one JSON object on each line, written as it is found.</summary>
internal static class Json
{
    public static Option<bool> Option() => new("--json") { Description = "One JSON object on each line." };
}
