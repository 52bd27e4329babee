using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Artifacts;

public sealed class ManifestTests
{
    private static readonly string Digest = BlobDigest.Of("x"u8).ToString();

    [Fact]
    public void Canonical_bytes_stay_what_they_were()
    {
        var manifest = Sample();
        var text = Encoding.UTF8.GetString(ManifestWriter.Write(manifest).Span);
        text.ShouldBe("""{"artifactType":"application/vnd.cairn.artifact.v1","config":{"data":"eyJmYWN0cyI6eyJhIjoiYiIsInJvd3MiOiIyIn0sImZvcm1hdCI6MSwibWF0ZXJpYWxpemVyIjp7ImlkIjoic2FtcGxlIiwidmVyc2lvbiI6M30sIm1ldGFkYXRhIjp7ImsiOiJ2Iiwiw7wiOiLDqSJ9LCJ0eXBlIjoiU3lzdGVtLlRoaW5nIn0=","digest":"sha256:f9a53a6c1b366d6605207b5924ab7f21dbfb01655372f2e89206f555c4a020c7","mediaType":"application/vnd.cairn.config.v1+json","size":137},"layers":[{"annotations":{"org.opencontainers.image.title":"a/one.bin"},"digest":"sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5","mediaType":"application/octet-stream","size":5},{"annotations":{"org.opencontainers.image.title":"two"},"data":"eA==","digest":"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","mediaType":"text/plain","size":1}],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}""");
        var back = ManifestParser.Parse(Encoding.UTF8.GetBytes(text));
        ManifestWriter.Write(back).Span.SequenceEqual(Encoding.UTF8.GetBytes(text)).ShouldBeTrue();
        BlobDigest.Of(Encoding.UTF8.GetBytes(text)).ToString().ShouldBe("sha256:2e73e89c01e6e29c24f4b4a8beed35ab7ed4523c5245ab8a98dd3f9f6cd3f7ba");
        Encoding.UTF8.GetBytes(text).AsSpan().StartsWith(ManifestFormat.Head).ShouldBeTrue();
    }

    public static TheoryData<string, string, string> Lies => new()
    {
        { "\"schemaVersion\":2", "\"schemaVersion\":1", "schemaVersion" },
        { "\"schemaVersion\":2", "\"schemaVersion\":2,\"schemaVersion\":2", "twice" },
        { "\"schemaVersion\":2", "\"schemaVersion\":2,\"deep\":" + new string('[', 50) + new string(']', 50), "too deep" },
        { ManifestFormat.ManifestType, "application/json", "mediaType" },
        { ManifestFormat.ArtifactType, "application/vnd.other", "artifactType" },
        { ManifestFormat.ConfigType, "application/vnd.other", "its mediaType is 'application/vnd.other'" },
        { "\"a/one.bin\"", "\"../one.bin\"", "not a valid file name" },
        { "\"a/one.bin\"", "\"/etc/passwd\"", "not a valid file name" },
        { "\"a/one.bin\"", "\"a//b\"", "not a valid file name" },
        { "\"a/one.bin\"", "\"\"", "not a valid file name" },
        { "\"a/one.bin\"", "\"two\"", "two files" },
        { "\"a/one.bin\"", "\"two/x\"", "a file and a folder" },
        { "\"size\":5}", "\"size\":-5}", "negative" },
        { "\"size\":5}", "\"size\":5.5}", "not an integer" },
        { "\"size\":5}", "\"size\":99999999999999999999}", "not an integer" },
        { "\"size\":5}", "\"size\":\"5\"}", "size" },
        { "\"data\":\"eA==\"", "\"data\":\"eQ==\"", "not that of the digest" },
        { "\"data\":\"eA==\"", "\"data\":\"e\"", "well-formed" },
        { "\"data\":\"eA==\"", "\"data\":7", "not a string" },
        { "sha256:", "sha512:", "digest" },
        { "\"layers\":", "\"leyers\":", "layers" },
        { "\"layers\":[", "\"layers\":[7,", "a layer is not an object" },
        { "\"a/one.bin\"", "\"two/x/y\"", "'two' is a file and a folder" },
        { "\"size\":5}", "\"size\":9223372036854775807}", "more than a number holds" },
        { "\"config\":", "\"konfig\":", "config" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Manifests_that_lie_are_refused(string truth, string lie, string problem)
    {
        Canonical.ShouldContain(truth);
        var error = Should.Throw<ManifestFormatException>(() => ManifestParser.Parse(Encoding.UTF8.GetBytes(Canonical.Replace(truth, lie, StringComparison.Ordinal))));
        error.Message.ShouldContain(problem, Case.Insensitive);
    }

    public static TheoryData<string, string, string> ConfigLies => new()
    {
        { "\"format\":1", "\"format\":0", "a version is not positive" },
        { "\"format\":1", "\"format\":2", "its config has format 2, and this version of Cairn reads up to 1; a newer one is needed" },
        { "\"version\":3", "\"version\":0", "a version is not positive" },
        { "\"version\":3", "\"version\":2147483648", "a version is not positive" },
        { "\"id\":\"sample\"", "\"id\":null", "it has no id, or one that is not a String" },
        { "\"rows\":\"2\"", "\"rows\":2", "a value of facts is not a string" },
        { "\"k\":\"v\"", "\"k\":[]", "a value of metadata is not a string" },
        { "{", "[", "well-formed" },
    };

    [Theory]
    [MemberData(nameof(ConfigLies))]
    public void Configs_that_lie_are_refused(string truth, string lie, string problem)
    {
        Config.ShouldContain(truth);
        Refusal(WithConfig(Config.Replace(truth, lie, StringComparison.Ordinal))).ShouldContain(problem);
    }

    [Fact]
    public void What_is_not_an_object_is_refused()
    {
        Refusal("[]").ShouldBe("it is not an object");
        Refusal(WithConfig("[]")).ShouldBe("its config is not an object");
        Refusal(Canonical.Replace("\"data\":", "\"date\":", StringComparison.Ordinal)).ShouldBe("its config is not in it");
        Refusal(WithConfig(Config, size: Config.Length + 1)).ShouldContain("not that of the digest");
    }

    [Fact]
    public void The_smallest_and_the_largest_values_are_accepted()
    {
        var parsed = ManifestParser.Parse(Encoding.UTF8.GetBytes(WithConfig(Config.Replace("\"version\":3", "\"version\":2147483647", StringComparison.Ordinal))));
        (parsed.FormatVersion, parsed.MaterializerId, parsed.TypeName).ShouldBe((int.MaxValue, "sample", "System.Thing"));
        parsed.Facts["rows"].ShouldBe("2");
        parsed.Metadata["k"].ShouldBe("v");
        ManifestParser.Parse(Encoding.UTF8.GetBytes(WithConfig(Config.Replace("\"version\":3", "\"version\":1", StringComparison.Ordinal)))).FormatVersion.ShouldBe(1);
        // One byte is in the other file.
        var large = Canonical.Replace("\"size\":5}", $"\"size\":{long.MaxValue - 1}}}", StringComparison.Ordinal);
        ManifestParser.Parse(Encoding.UTF8.GetBytes(large)).Files[0].Length.ShouldBe(long.MaxValue - 1);
        var empty = Canonical.Replace("\"size\":5}", "\"size\":0}", StringComparison.Ordinal);
        ManifestParser.Parse(Encoding.UTF8.GetBytes(empty)).Files[0].Length.ShouldBe(0);
    }

    [Fact]
    public void The_size_and_the_number_of_files_have_a_limit()
    {
        var largest = Canonical + new string(' ', ManifestFormat.MaxBytes - Encoding.UTF8.GetByteCount(Canonical));
        ManifestParser.Parse(Encoding.UTF8.GetBytes(largest)).Files.Count.ShouldBe(2);
        Refusal(largest + " ").ShouldStartWith($"it has {ManifestFormat.MaxBytes + 1} bytes, more than");
        ManifestParser.Parse(Encoding.UTF8.GetBytes(WithFiles(ManifestFormat.MaxFiles))).Files.Count.ShouldBe(ManifestFormat.MaxFiles);
        Refusal(WithFiles(ManifestFormat.MaxFiles + 1)).ShouldBe($"it has {ManifestFormat.MaxFiles + 1} files, more than {ManifestFormat.MaxFiles}");

        static string WithFiles(int count) => Canonical.Replace("\"layers\":[", "\"layers\":[" + string.Concat(Enumerable.Range(0, count - 2)
            .Select(i => $$"""{"annotations":{"{{ManifestFormat.Title}}":"f{{i:x}}"},"digest":"{{Digest}}","mediaType":"a/b","size":1},""")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_tells_what_it_embeds()
    {
        var embedded = ManifestParser.Embedded(Encoding.UTF8.GetBytes(Canonical));
        embedded.Select(e => Encoding.UTF8.GetString(e.Span)).ShouldBe([Config, "x"]);
        var parsed = ManifestParser.Parse(Encoding.UTF8.GetBytes(Canonical));
        parsed.Inline.Single().Key.Value.ShouldBe("two");
        parsed.Inline.Single().Value.ToArray().ShouldBe("x"u8.ToArray());
    }

    [Fact]
    public void A_million_layers_are_refused()
    {
        var layer = $$"""{"annotations":{"{{ManifestFormat.Title}}":"x"},"digest":"{{Digest}}","mediaType":"a/b","size":1},""";
        var lies = Canonical.Replace("\"layers\":[", "\"layers\":[" + string.Concat(Enumerable.Repeat(layer, 1_000_000 / 10)), StringComparison.Ordinal);
        Should.Throw<ManifestFormatException>(() => ManifestParser.Parse(Encoding.UTF8.GetBytes(lies))).Message.ShouldContain("more than");
        var many = Canonical.Replace("\"layers\":[", "\"layers\":[" + string.Concat(Enumerable.Repeat(layer, 1_000_000 / 5)), StringComparison.Ordinal);
        Should.Throw<ManifestFormatException>(() => ManifestParser.Parse(Encoding.UTF8.GetBytes(many))).Message.ShouldContain("more than");
    }

    [Fact]
    public void Members_of_others_are_skipped()
    {
        var more = Canonical.Replace("\"schemaVersion\":2", "\"schemaVersion\":2,\"subject\":{\"x\":[1]}", StringComparison.Ordinal);
        ManifestParser.Parse(Encoding.UTF8.GetBytes(more)).Files.Count.ShouldBe(2);
    }

    /// <summary>Random damage: refused, or read as something that is written and read back the same.</summary>
    [Fact]
    public void Fuzzed_manifests_never_fail_otherwise()
    {
        var random = new Random(5);
        var rounds = Environment.GetEnvironmentVariable("CAIRN_FULL") is { Length: > 0 } ? 100_000 : 10_000;
        for (var i = 0; i < rounds; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Canonical);
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(bytes.Length);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(20))..]];
                        break;
                    default:
                        bytes = [.. bytes[..at], .. bytes[random.Next(at + 1)..at], .. bytes[at..]];
                        break;
                }
            }
            ArtifactManifest? read = null;
            try
            {
                read = ManifestParser.Parse(bytes);
            }
            catch (ManifestFormatException e)
            {
                e.Message.ShouldNotBeNullOrEmpty();
            }
            if (read is not null)
                ManifestParser.Parse(ManifestWriter.Write(read)).MaterializerId.ShouldBe(read.MaterializerId);
        }
    }

    [Fact]
    public async Task A_text_that_names_a_type_is_only_text()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        string[] gadgets = [typeof(Gadget).AssemblyQualifiedName!, typeof(Gadget).FullName!, "System.Diagnostics.Process, System.Diagnostics.Process",
            "System.Windows.Data.ObjectDataProvider, PresentationFramework", "System.Configuration.Install.AssemblyInstaller"];
        foreach (var gadget in gadgets)
        {
            var manifest = Sample() with
            {
                TypeName = gadget,
                MaterializerId = gadget,
                Facts = new Dictionary<string, string> { ["$type"] = gadget },
                Metadata = new Dictionary<string, string> { [gadget] = gadget }
            };
            var content = ManifestWriter.Write(manifest);
            var digest = BlobDigest.Of(content.Span);
            await stage.Store.WriteBytesAsync($"blobs/sha256/{digest.Hex}", content, WriteMode.CreateNew);
            (await Should.ThrowAsync<MaterializationException>(() => stage.Repository.LoadAsync<object>(digest))).Message.ShouldContain("not registered");
            Armed.Fired.ShouldBeFalse();
        }
    }

    private static class Armed
    {
        public static bool Fired;
    }

    private sealed class Gadget
    {
        static Gadget() => Armed.Fired = true;

        public Gadget() => Armed.Fired = true;
    }

    private static readonly string Canonical = Encoding.UTF8.GetString(ManifestWriter.Write(Sample()).Span);

    private static string Config => Encoding.UTF8.GetString(ManifestParser.Embedded(Encoding.UTF8.GetBytes(Canonical))[0].Span);

    private static string Refusal(string manifest) => Should.Throw<ManifestFormatException>(() => ManifestParser.Parse(Encoding.UTF8.GetBytes(manifest))).Message;

    private static string WithConfig(string config, int? size = null)
    {
        var bytes = Encoding.UTF8.GetBytes(config);
        var end = Canonical.IndexOf("},\"layers\"", StringComparison.Ordinal);
        var head = $$"""{"artifactType":"{{ManifestFormat.ArtifactType}}","config":{"data":"{{Convert.ToBase64String(bytes)}}","digest":"{{BlobDigest.Of(bytes)}}" """;
        return head + $$""","mediaType":"{{ManifestFormat.ConfigType}}","size":{{size ?? bytes.Length}}""" + Canonical[end..];
    }

    private static ArtifactManifest Sample() => new()
    {
        MaterializerId = "sample",
        FormatVersion = 3,
        TypeName = "System.Thing",
        Files = [
            new("a/one.bin", "application/octet-stream", 5, BlobDigest.Of("12345"u8).Checksum),
            new("two", "text/plain", 1, BlobDigest.Of("x"u8).Checksum),
        ],
        Inline = new Dictionary<StorePath, ReadOnlyMemory<byte>> { ["two"] = "x"u8.ToArray() },
        Facts = new Dictionary<string, string> { ["rows"] = "2", ["a"] = "b" },
        Metadata = new Dictionary<string, string> { ["ü"] = "é", ["k"] = "v" },
    };
}
