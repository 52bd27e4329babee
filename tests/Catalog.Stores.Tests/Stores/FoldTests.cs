using System.Diagnostics;

namespace Catalog.Stores.Tests.Stores;

/// <summary>A name has the same key however the program was started, or it would get two owners.</summary>
public sealed class FoldTests
{
    [Fact]
    public async Task The_key_of_a_name_does_not_depend_on_the_settings_of_globalization()
    {
        var invariant = await FoldAsync(("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"));
        var turkish = await FoldAsync(("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"));
        var predefined = await FoldAsync(
            ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"), ("DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY", "0"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"));
        // The settings took effect: only some programs have Turkish, texts are composed only with ICU, and so is a Turkish i without a dot.
        (invariant.Setting, turkish.Setting, predefined.Setting).ShouldBe(("none 2 i", "tr-TR 1 ı", "tr-TR 2 i"));
        turkish.Hash.ShouldBe(invariant.Hash);
        predefined.Hash.ShouldBe(invariant.Hash);
        invariant.Hash.Length.ShouldBe(64);
    }

    private static async Task<(string Hash, string Setting)> FoldAsync(params (string Name, string Value)[] environment)
    {
        var start = Program.Child("fold");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
        return (lines[0], lines[1]);
    }
}
