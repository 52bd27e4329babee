using System.Text.RegularExpressions;

namespace Packaging.Tests;

/// <summary>The programs of <c>docs/writing-a-materializer.md</c>, from the page alone: in user code, under the conformance kit, and as a plugin.</summary>
public sealed partial class MaterializerGuideTests(PackedFolder packed)
{
    [Fact]
    public async Task A_materializer_from_the_guide_works_in_user_code_under_the_kit_and_as_a_plugin()
    {
        var folder = packed.NewFolder("guide");
        var guide = await File.ReadAllTextAsync(Path.Join(PackedFolder.Root, "docs", "writing-a-materializer.md"));
        var files = Blocks().Matches(guide).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["code"].Value);
        files.Keys.Order(StringComparer.Ordinal).ShouldBe(["Acme.Points/Acme.Points.csproj", "Acme.Points/Points.cs", "App/Program.cs", "Host/Program.cs", "Kit/PointsHarness.cs"]);
        foreach (var (name, code) in files)
            await WriteAsync(folder, name, code);
        await WriteAsync(folder, "Directory.Build.props", $"<Project><PropertyGroup><RestoreAdditionalProjectSources>{packed.Packages}</RestoreAdditionalProjectSources></PropertyGroup></Project>");
        await WriteAsync(folder, "App/App.csproj", Program("", "Cairn.Artifacts", "Cairn.Providers.Local"));
        await WriteAsync(folder, "Host/Host.csproj", Program(null, "Cairn.Plugins", "Cairn.Providers.Local"));
        await WriteAsync(folder, "Kit/Kit.csproj", Program("", "Cairn.Conformance", "xunit.v3"));

        // In user code: the program has the class itself.
        var store = Path.Join(folder, "store");
        await packed.DotnetAsync(folder, "build", "App", "-v", "q");
        var said = (await packed.DotnetAsync(folder, Path.Join("App", "bin", "Debug", "net10.0", "App.dll"), store)).Split('\n');
        said[0].ShouldBe("y = 2x; 3 weights; 2 points, noted 2");
        said[1].ShouldStartWith("sha256:");

        await packed.DotnetAsync(folder, "build", "Kit", "-v", "q");
        var kit = Path.Join("Kit", "bin", "Debug", "net10.0", "Kit.dll");
        (await packed.RunAsync("env", folder, "CAIRN_KEEP=1", "dotnet", kit, "-noColor", "-noLogo")).ShouldContain("Failed: 0, Skipped: 0");
        File.Exists(Path.Join(folder, "Kit", "Data", "v1", "acme-points", "names", "00.ref")).ShouldBeTrue();
        (await packed.DotnetAsync(folder, kit, "-noColor", "-noLogo")).ShouldContain("Failed: 0, Skipped: 0");

        // As a plugin: of a program, and of the command.
        await packed.DotnetAsync(folder, "pack", "Acme.Points", "-o", "out", "-v", "q");
        await packed.DotnetAsync(folder, "build", "Host", "-v", "q");
        var package = Path.Join(folder, "out", "Acme.Points.1.0.0.nupkg");
        (await packed.DotnetAsync(folder, Path.Join("Host", "bin", "Debug", "net10.0", "Host.dll"), Path.Join(folder, "plugins"), package, store, said[1])).ShouldBe("2 points\n");
        await packed.DotnetAsync(folder, "tool", "install", "Cairn.Cli", "--tool-path", Path.Join(folder, "bin"), "--add-source", packed.Packages, "--version", "*");
        var cairn = Path.Join(folder, "bin", "cairn");
        var work = packed.NewFolder("guide-work");
        await packed.RunAsync(cairn, work, "init");
        await packed.RunAsync(cairn, work, "plugin", "add", package);
        await File.WriteAllBytesAsync(Path.Join(work, "points.bin"), new byte[24]);
        var digest = (await packed.RunAsync(cairn, work, "save", "points.bin", "--as", "acme-points")).Trim();
        var shown = await packed.RunAsync(cairn, work, "show", digest);
        shown.ShouldContain("acme-points 1");
        shown.ShouldContain("3 points");
    }

    /// <summary>A console program, as <c>dotnet new</c> makes one, with the guide's class among its own sources unless it has a plugin for it.</summary>
    private static string Program(string? own, params string[] packages) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            {(own is null ? "" : """<Compile Include="../Acme.Points/Points.cs" />""")}
            {string.Join("\n    ", packages.Select(p => $"<PackageReference Include=\"{p}\" Version=\"{(p == "xunit.v3" ? "4.0.2" : "*")}\" />"))}
          </ItemGroup>
        </Project>
        """;

    private static async Task WriteAsync(string folder, string name, string content)
    {
        var path = Path.Join(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content);
    }

    [GeneratedRegex(@"^```(?:csharp|xml)\n(?<code>(?://|<!--) (?<name>[\w./]+)(?: -->)?\n.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Blocks();
}
