namespace Cairn.Cli.Tests;

internal static class Files
{
    /// <summary>A small file in the sandbox.</summary>
    public static string Quick(Sandbox box)
    {
        box.File("quick.txt", "quick");
        return box["quick.txt"];
    }
}
