using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Packaging.Tests;

public sealed class PackageTests(PackedFolder packed)
{
    [Fact]
    public void Every_library_packs_with_docs_symbols_licence_and_readme()
    {
        var sources = Directory.GetFiles(Path.Join(PackedFolder.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(p => XDocument.Load(p)).Where(p => p.Descendants("IsPackable").All(e => e.Value != "false"))
            .Select(p => p.Descendants("PackageId").FirstOrDefault()?.Value ?? p.Descendants("AssemblyName").First().Value).ToList();
        sources.ShouldContain("Cairn.Abstractions");
        foreach (var id in sources)
        {
            var file = Directory.GetFiles(packed.Packages, $"{id}.*.nupkg").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[id.Length + 1])).ShouldHaveSingleItem();
            using var package = ZipFile.OpenRead(file);
            var specification = XDocument.Load(package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
            var metadata = specification.Root!.Elements().Single().Elements().ToDictionary(e => e.Name.LocalName, e => e.Value);
            metadata["license"].ShouldBe("MIT");
            metadata.ShouldContainKey("description");
            package.GetEntry(metadata["readme"]).ShouldNotBeNull();
            var assembly = package.Entries.FirstOrDefault(e => e.FullName.EndsWith($"/{id}.dll", StringComparison.Ordinal) && e.FullName.StartsWith("lib/", StringComparison.Ordinal));
            if (assembly is not null)
            {
                package.GetEntry(Path.ChangeExtension(assembly.FullName, ".xml")).ShouldNotBeNull();
                (File.Exists(Path.ChangeExtension(file, ".snupkg")) || HasEmbeddedSymbols(assembly)).ShouldBeTrue(id);
            }
        }
    }

    /// <summary>A test that fails in the kit shows the kit's lines: no program that runs tests fetches symbols.</summary>
    [Fact]
    public void The_kit_carries_its_symbols()
    {
        using var package = ZipFile.OpenRead(Directory.GetFiles(packed.Packages, "Cairn.Conformance.*.nupkg").Single());
        HasEmbeddedSymbols(package.Entries.Single(e => e.FullName.EndsWith("/Cairn.Conformance.dll", StringComparison.Ordinal))).ShouldBeTrue();
    }

    [Fact]
    public void Abstractions_depend_on_nothing()
    {
        using var package = ZipFile.OpenRead(Directory.GetFiles(packed.Packages, "Cairn.Abstractions.*.nupkg").Single());
        var specification = XDocument.Load(package.GetEntry("Cairn.Abstractions.nuspec")!.Open());
        specification.Descendants().Where(e => e.Name.LocalName == "dependency").ShouldBeEmpty();
    }

    [Fact]
    public async Task The_readmes_program_builds_from_the_packages_and_runs_twice()
    {
        var program = await File.ReadAllTextAsync(Path.Join(PackedFolder.Root, "samples", "Quickstart", "Program.cs"));
        (await File.ReadAllTextAsync(Path.Join(PackedFolder.Root, "README.md"))).ShouldContain("```csharp\n" + program + "```");

        var folder = packed.NewFolder("consumer");
        await File.WriteAllTextAsync(Path.Join(folder, "Program.cs"), program.Replace("/tmp/cairn-quickstart", Path.Join(folder, "store"), StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Join(folder, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{packed.Packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Cairn.Catalog" Version="*" />
                <PackageReference Include="Cairn.Providers.Local" Version="*" />
              </ItemGroup>
            </Project>
            """);
        await packed.DotnetAsync(folder, "build", "-v", "q");
        var run = Path.Join(folder, "bin", "Debug", "net10.0", "Consumer.dll");
        for (var i = 0; i < 2; i++)
            (await packed.DotnetAsync(folder, run)).ShouldBe("notes/first.txt  13 bytes: Hello, Cairn.\nmodels/weights:1: 3 numbers, as NumPy reads them\n");
        Directory.GetFiles(Path.Join(folder, "store", "runs"), "*.json").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Every_provider_is_a_library_that_a_program_can_use()
    {
        var projects = Directory.GetDirectories(Path.Join(PackedFolder.Root, "src"), "Providers.*").Concat(Directory.GetDirectories(Path.Join(PackedFolder.Root, "plugins")))
            .Where(p => Directory.GetFiles(p, "*Provider.cs").Length > 0).SelectMany(p => Directory.GetFiles(p, "*.csproj")).Select(p => XDocument.Load(p).Descendants("PackageId").Single().Value);
        var opened = new Dictionary<string, string>
        {
            ["Cairn.Providers.Local"] = """new Cairn.Providers.Local.LocalProvider(), new Uri(Path.GetFullPath("local")).ToString(), new Dictionary<string, string>()""",
            ["Cairn.Providers.Memory"] = """new Cairn.Providers.Memory.MemoryProvider(), "mem://x", new Dictionary<string, string>()""",
            ["Cairn.Providers.S3"] = """new Cairn.Providers.S3.S3Provider(), "s3://x", new Dictionary<string, string> { ["region"] = "eu-central-1", ["anonymous"] = "true" }""",
            ["Cairn.Providers.Azure"] = """new Cairn.Providers.Azure.AzureProvider(), "az://some-container", new Dictionary<string, string> { ["account"] = "some", ["anonymous"] = "true" }""",
            ["Cairn.Providers.Gcs"] = """new Cairn.Providers.Gcs.GcsProvider(), "gs://some-bucket", new Dictionary<string, string> { ["anonymous"] = "true" }""",
            ["Cairn.Plugins.Http"] = """new Cairn.Plugins.Http.HttpProvider(), "http://127.0.0.1:9/x", new Dictionary<string, string>()""",
            ["Cairn.Plugins.WebDav"] = """new Cairn.Plugins.WebDav.WebDavProvider(), "dav://127.0.0.1:9/x", new Dictionary<string, string>()""",
        };
        opened.Keys.ShouldBe(projects, ignoreOrder: true);

        var folder = packed.NewFolder("providers");
        await File.WriteAllTextAsync(Path.Join(folder, "Program.cs"), $$"""
            using Cairn;
            {{string.Join("\n", opened.Values.Select(o => $"await using (var store = await ArtifactStore.OpenAsync({o}))\n    Console.WriteLine(store.Root.Scheme);"))}}
            """);
        await File.WriteAllTextAsync(Path.Join(folder, "Providers.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{packed.Packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Cairn" Version="*" />
                {string.Join("\n    ", opened.Keys.Select(id => $"<PackageReference Include=\"{id}\" Version=\"*\" />"))}
              </ItemGroup>
            </Project>
            """);
        await packed.DotnetAsync(folder, "build", "-v", "q");
        (await packed.DotnetAsync(folder, Path.Join("bin", "Debug", "net10.0", "Providers.dll"))).ShouldBe("file\nmem\ns3\naz\ngs\nhttp\ndav\n");
    }

    [Fact]
    public async Task The_tool_installs_from_the_packages_and_works()
    {
        var folder = packed.NewFolder("tool");
        await packed.DotnetAsync(folder, "tool", "install", "Cairn.Cli", "--tool-path", Path.Join(folder, "bin"), "--add-source", packed.Packages, "--version", "*");
        var cairn = Path.Join(folder, "bin", "cairn");
        var here = packed.NewFolder("work");
        await packed.RunAsync(cairn, here, "init");
        await File.WriteAllTextAsync(Path.Join(here, "a.txt"), "content");
        await packed.RunAsync(cairn, here, "cp", "a.txt", ":keep/a.txt");
        (await packed.RunAsync(cairn, here, "cat", ":keep/a.txt")).ShouldBe("content\n");
        (await packed.RunAsync(cairn, here, "demo")).ShouldContain("verif", Case.Insensitive);
        // The index of the catalog needs the native library of SQLite.
        (await packed.RunAsync(cairn, here, "asset", "save", "a.txt", "--name", "a")).ShouldBe("a:1 new\n");
        (await packed.RunAsync(cairn, here, "asset", "list")).ShouldBe("a  -  1  -\n");
    }

    private static bool HasEmbeddedSymbols(ZipArchiveEntry assembly)
    {
        using var content = new MemoryStream();
        using (var stream = assembly.Open())
            stream.CopyTo(content);
        content.Position = 0;
        using var reader = new PEReader(content);
        return reader.ReadDebugDirectory().Any(e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }
}
