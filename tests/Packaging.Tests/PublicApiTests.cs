using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Packaging.Tests;

/// <summary>House rules of what the packages let programs call.</summary>
public sealed class PublicApiTests(PackedFolder packed)
{
    /// <summary>A value tuple cannot get another member without breaking who takes it apart: results of several parts are records.</summary>
    [Fact]
    public void No_public_member_takes_or_returns_a_value_tuple()
    {
        var assemblies = 0;
        foreach (var file in Directory.GetFiles(packed.Packages, "Cairn*.nupkg"))
        {
            using var package = ZipFile.OpenRead(file);
            foreach (var entry in package.Entries.Where(e => e.FullName.StartsWith("lib/", StringComparison.Ordinal)
                && Path.GetFileName(e.FullName).StartsWith("Cairn", StringComparison.Ordinal) && e.FullName.EndsWith(".dll", StringComparison.Ordinal)))
            {
                assemblies++;
                using var content = new MemoryStream();
                entry.Open().CopyTo(content);
                content.Position = 0;
                using var portable = new PEReader(content);
                WithTuples(portable.GetMetadataReader()).ShouldBeEmpty(entry.FullName);
            }
        }
        assemblies.ShouldBeGreaterThan(15);
    }

    /// <summary>The analyzers reach a program with the package, and run: a program that forgets to complete a write is warned.</summary>
    [Fact]
    public async Task A_program_that_completes_no_write_is_warned_by_the_package()
    {
        var folder = packed.NewFolder("analyzers");
        await File.WriteAllTextAsync(Path.Join(folder, "Program.cs"), """
            using Cairn;
            using Cairn.Artifacts;
            using Cairn.Providers.Memory;

            await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a");
            await using var stream = await store.OpenWriteAsync("b", WriteMode.Replace);
            stream.WriteByte(1);

            """);
        await File.WriteAllTextAsync(Path.Join(folder, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{packed.Packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Cairn.Artifacts" Version="*" />
                <PackageReference Include="Cairn.Providers.Memory" Version="*" />
              </ItemGroup>
            </Project>
            """);

        var output = await packed.DotnetAsync(folder, "build", "-v", "q", "-nologo", "--no-incremental");

        output.ShouldContain("Program.cs(6,26): warning CAIRN101");
    }

    /// <summary>The members that programs see and that have a value tuple in their signature.</summary>
    private static IEnumerable<string> WithTuples(MetadataReader reader)
    {
        foreach (var type in reader.TypeDefinitions.Select(reader.GetTypeDefinition).Where(t => IsVisible(reader, t)))
        {
            foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
            {
                var access = method.Attributes & MethodAttributes.MemberAccessMask;
                if (access is not (MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem))
                    continue;
                var signature = method.DecodeSignature(new Names(reader), null);
                if (signature.ParameterTypes.Add(signature.ReturnType).Any(static t => t.Contains("System.ValueTuple", StringComparison.Ordinal)))
                    yield return $"{reader.GetString(type.Name)}.{reader.GetString(method.Name)}";
            }
        }
    }

    private static bool IsVisible(MetadataReader reader, TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsVisible(reader, reader.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    /// <summary>The types of a signature as text.</summary>
    private sealed class Names(MetadataReader reader) : ISignatureTypeProvider<string, object?>
    {
        public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";

        public string GetByReferenceType(string elementType) => elementType + "&";

        public string GetFunctionPointerType(MethodSignature<string> signature) => $"*({string.Join(", ", signature.ParameterTypes.Add(signature.ReturnType))})";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

        public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType + "*";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetTypeFromDefinition(MetadataReader metadata, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            var type = metadata.GetTypeDefinition(handle);
            return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        }

        public string GetTypeFromReference(MetadataReader metadata, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = metadata.GetTypeReference(handle);
            return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        }

        public string GetTypeFromSpecification(MetadataReader metadata, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }
}
