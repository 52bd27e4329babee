using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Cairn.Conformance;

public abstract partial class MaterializerTests<TMaterializerHarness>
{
    [Fact]
    public async Task No_stored_text_chooses_a_type()
    {
        var first = await SaveAsync(Harness.Samples.First());
        using var corpus = new TypeNameCorpus();
        var tried = 0;
        foreach (var typeName in TypeNameCorpus.Names)
        {
            for (var field = 0; ; field++)
            {
                var forged = await ForgedArtifact.OfAsync(Repository, first.Digest, Cancel);
                if (PutInto(forged, typeName, field) is not { } where)
                    break;
                var (digest, _) = await forged.WriteAsync(Repository.Store, Cancel);
                foreach (var sample in Harness.Samples.DistinctBy(s => s.LoadedAs))
                    await LoadsOrFailsClearlyAsync(() => LoadAsync(sample, digest), $"{typeName} in {where}, loaded as {sample.LoadedAs}");
                await LoadsOrFailsClearlyAsync(() => Repository.LoadAsync<object>(digest, Cancel), $"{typeName} in {where}");
                await LoadsOrFailsClearlyAsync(() => Repository.PreviewAsync(digest, Cancel), $"{typeName} in {where}, preview");
                Assert.True(corpus.Tripped.Count == 0, $"{typeName} in {where} caused the program to look for {string.Join(", ", corpus.Tripped)}.");
                tried++;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{tried} texts with type names, {corpus.Tripped.Count} types created or assemblies requested.");
    }

    /// <summary>Inserts a type name into one of the texts of an artifact.</summary>
    /// <returns>The location of the text; null after the last one.</returns>
    private string? PutInto(ForgedArtifact forged, string typeName, int field)
    {
        var facts = forged.Config["facts"]!.AsObject();
        var keys = facts.Select(f => f.Key).ToList();
        var file = forged.Files.Keys.FirstOrDefault();
        var json = new JsonObject { ["$type"] = typeName, ["$id"] = "1", ["$values"] = new JsonArray(), ["Value"] = typeName };
        List<(string Where, Action Put)> fields =
        [
            ("the manifest's type", () => forged.Config["type"] = typeName),
            ("the materializer's id", () => forged.Config["materializer"]!["id"] = typeName),
            ("a member of the config", () => forged.Config["$type"] = typeName),
            ("the user's metadata", () => forged.Config["metadata"] = new JsonObject { ["$type"] = typeName, [typeName] = typeName }),
            ("the name of a fact", () => facts[typeName] = typeName),
            .. keys.Select(key => ($"the fact {key}", (Action)(() => facts[key] = typeName))),
        ];
        if (file is not null)
        {
            fields.Add(("the media type of a file", () => forged.ChangeLayer(l => l["mediaType"] = typeName)));
            fields.Add(("an annotation of a file", () => forged.ChangeLayer(l => l["annotations"]!["$type"] = typeName)));
            fields.Add(("the whole file", () => forged.Files[file] = Encoding.UTF8.GetBytes(typeName)));
            fields.Add(("$type of an object", () => forged.Files[file] = Encoding.UTF8.GetBytes(json.ToJsonString())));
            fields.Add(("$type within objects", () => forged.Files[file] = WithTypes(forged.Files[file], typeName)));
            fields.AddRange(Harness.WithTypeName(typeName).Select((content, i) => ($"text {i} of the format", (Action)(() => forged.Files[file] = content))));
        }
        if (field >= fields.Count)
            return null;
        fields[field].Put();
        return fields[field].Where;
    }

    /// <summary>Returns JSON or JSON Lines with a type tag first in every object; other content is unchanged.</summary>
    private static byte[] WithTypes(byte[] content, string typeName)
    {
        var tag = "{\"$type\":" + JsonValue.Create(typeName).ToJsonString() + ",";
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("{\"", tag + "\"", StringComparison.Ordinal));
    }
}
