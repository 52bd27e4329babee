using System.Text;
using System.Text.Json.Nodes;

namespace Cairn.Conformance;

/// <summary>Changes a valid artifact while its digests remain correct: bytes of its files, mainly at their beginning, and their metadata.</summary>
internal static class Lies
{
    private const int Head = 160;

    private static readonly string[] Tokens =
    [
        "99999999999", "4294967295", "2147483647", "18446744073709551615", "-1", "0", "1e999", "NaN", "True", "null", "{", "}", "[", "]", "(", ")", "\"", "'", ",", "\n", "\r\n", "\0", "<f8", ">c16",
        "|O", "descr", "shape", "{\"$type\":\"System.Diagnostics.Process, System.Diagnostics.Process\"}", "System.IO.FileInfo", "../../etc/passwd", "\u202e", "\ud83d\ude00", "type.googleapis.com/x.Y",
    ];

    /// <summary>Applies one to four changes.</summary>
    /// <returns>The changes, for messages.</returns>
    public static string Tell(Random random, ForgedArtifact artifact)
    {
        var told = new List<string>();
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var facts = artifact.Config["facts"]!.AsObject();
            told.Add(facts.Count > 0 && random.Next(6) == 0 ? ChangeFact(random, facts) : ChangeFile(random, artifact.Files));
        }
        return string.Join("; ", told);
    }

    private static string ChangeFact(Random random, JsonObject facts)
    {
        var name = facts.ElementAt(random.Next(facts.Count)).Key;
        if (random.Next(4) == 0)
        {
            facts.Remove(name);
            return $"without the fact {name}";
        }
        var text = Tokens[random.Next(Tokens.Length)];
        facts[name] = random.Next(2) == 0 ? text : (string)facts[name]! + text;
        return $"the fact {name} is {facts[name]!.ToJsonString()}";
    }

    private static string ChangeFile(Random random, Dictionary<string, byte[]> files)
    {
        if (files.Count == 0)
            return "nothing";
        var name = files.ElementAt(random.Next(files.Count)).Key;
        var content = files[name];
        var at = content.Length == 0 ? 0 : random.Next(random.Next(4) > 0 ? Math.Min(Head, content.Length) : content.Length);
        var count = Math.Min(random.Next(1, 9), content.Length - at);
        byte[] middle = random.Next(5) switch
        {
            0 => [],
            1 => [.. content.AsSpan(at, count), .. content.AsSpan(at, count)],
            2 => Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]),
            3 => [(byte)random.Next(256)],
            _ => Noise(random, count),
        };
        // The inserted bytes replace as many bytes, or shift the rest.
        var over = random.Next(2) == 0 ? count : Math.Min(middle.Length, content.Length - at);
        files[name] = random.Next(12) == 0 ? content[..at] : [.. content.AsSpan(0, at), .. middle, .. content.AsSpan(at + over)];
        return $"{name}: {Convert.ToHexString(middle)} for {over} bytes at {at}";
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
