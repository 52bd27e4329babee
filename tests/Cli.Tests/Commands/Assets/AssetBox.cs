using System.Security.Cryptography;
using System.Text.Json;

namespace Cairn.Cli.Tests.Commands.Assets;

/// <summary>Commands on assets in a sandbox.</summary>
internal static class AssetBox
{
    public static Task<CliResult> AssetAsync(this Sandbox box, params string[] args) => box.RunAsync(["asset", .. args]);

    /// <summary>Runs a command with <c>--json</c>, which succeeds, and gives its only object.</summary>
    public static async Task<JsonElement> JsonAsync(this Sandbox box, params string[] args) => (await box.AssetAsync([.. args, "--json"])).Ok().Json.ShouldHaveSingleItem();

    /// <summary>Saves a text as the next version of an asset.</summary>
    public static async Task<string> SaveAsync(this Sandbox box, string name, string text, params string[] args)
    {
        var file = $"saved/{Guid.NewGuid():N}/{Path.GetFileName(name)}.txt";
        box.File(file, text);
        return (await box.AssetAsync(["save", box[file], "--name", name, .. args])).Ok().Output.TrimEnd('\n');
    }

    /// <summary>An asset <c>m</c> with the versions 1 to 3, of which the first is <c>production</c> and the last <c>candidate</c>.</summary>
    public static async Task<Sandbox> WithModelAsync()
    {
        var box = await Sandbox.CreateAsync();
        (await box.SaveAsync("m", "one\n", "--type", "model", "--alias", "production", "--why", "first", "--meta", "auc=0.91")).ShouldBe("m:1 new");
        (await box.SaveAsync("m", "one\ntwo\n", "--meta", "auc=0.93", "--fixed", "1.0")).ShouldBe("m:2 new");
        (await box.SaveAsync("m", "three\n", "--meta", "auc=0.95", "--alias", "candidate")).ShouldBe("m:3 new");
        return box;
    }

    /// <summary>Every file of the store with its content and time.</summary>
    public static string[] Snapshot(this Sandbox box, string folder) => !Directory.Exists(box[folder]) ? [] :
        [.. Directory.EnumerateFileSystemEntries(box[folder], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{f} {File.GetLastWriteTimeUtc(f).Ticks} {(File.Exists(f) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))) : "/")}")];

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string[] Texts(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    public static int Number(this JsonElement json, string name) => json.GetProperty(name).GetInt32();

    public static bool Is(this JsonElement json, string name) => json.GetProperty(name).GetBoolean();
}
