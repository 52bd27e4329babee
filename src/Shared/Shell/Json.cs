using System.CommandLine;

namespace Cairn.Shell;

/// <summary>The <c>--json</c> option of all listings: one JSON object per line, written as soon as it is known.</summary>
internal static class Json
{
    public static Option<bool> Option() => new("--json") { Description = "Print one JSON object per line." };
}
