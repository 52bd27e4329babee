#:property PublishAot=false
// Generates the table by which the catalog folds names: src/Catalog/Names/unicode-16.bin.
// Usage: dotnet run eng/fold-table.cs FOLDER
//   FOLDER   holds UnicodeData.txt, CaseFolding.txt and CompositionExclusions.txt of the Unicode Character Database 16.0.0
// The table is part of the storage format: names in existing stores depend on every entry, so it is never generated from another version.
// Layout, in little-endian integers of 4 bytes: "CairnU16"; then four lists, each with its count first: ranges of code points that names refuse (first, last); combining classes (code point | class << 24);
// canonical decompositions (code point, with the topmost bit if it is a primary composite; first; second or 0); simple case foldings (from, to).
using System.Buffers.Binary;
using System.Globalization;

if (args.Length != 1)
{
    Console.Error.WriteLine("Usage: dotnet run eng/fold-table.cs FOLDER");
    return 1;
}
var root = Directory.GetCurrentDirectory();
while (!File.Exists(Path.Join(root, "Cairn.slnx")))
    root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("Run this inside the repository.");

const int CodePoints = 0x110000;
var assigned = new string?[CodePoints];
var classes = new SortedDictionary<int, int>();
var decompositions = new SortedDictionary<int, int[]>();
var first = -1;
foreach (var fields in Lines("UnicodeData.txt"))
{
    var code = Hex(fields[0]);
    if (fields[1].EndsWith(", First>", StringComparison.Ordinal))
        first = code;
    for (var c = fields[1].EndsWith(", Last>", StringComparison.Ordinal) ? first : code; c <= code; c++)
        assigned[c] = fields[2];
    if (fields[3] != "0")
        classes[code] = int.Parse(fields[3], CultureInfo.InvariantCulture);
    if (fields[5].Length > 0 && fields[5][0] != '<')
        decompositions[code] = [.. fields[5].Split(' ').Select(Hex)];
}
var excluded = Lines("CompositionExclusions.txt").Select(f => Hex(f[0])).ToHashSet();
var folds = Lines("CaseFolding.txt").Where(f => f[1] is "C" or "S").Select(f => (From: Hex(f[0]), To: Hex(f[2]))).Order().ToList();

// Names hold neither what is not assigned nor controls, format characters, surrogates, line and paragraph separators.
var refused = new List<(int First, int Last)>();
for (var c = 0; c < CodePoints; c++)
{
    if (assigned[c] is not (null or "Cc" or "Cf" or "Cs" or "Zl" or "Zp"))
        continue;
    if (refused.Count > 0 && refused[^1].Last == c - 1)
        refused[^1] = (refused[^1].First, c);
    else
        refused.Add((c, c));
}

using var table = new MemoryStream();
table.Write("CairnU16"u8);
Write(refused.Count);
foreach (var (from, to) in refused)
    Write(from, to);
Write(classes.Count);
foreach (var (code, value) in classes)
    Write(code | value << 24);
Write(decompositions.Count);
foreach (var (code, parts) in decompositions)
{
    // A primary composite: neither excluded, nor one character for another, nor one that begins with, or is, a combining character.
    var composes = parts.Length == 2 && !excluded.Contains(code) && !classes.ContainsKey(parts[0]) && !classes.ContainsKey(code);
    Write(code | (composes ? 1 << 31 : 0), parts[0], parts.Length == 2 ? parts[1] : 0);
}
Write(folds.Count);
foreach (var (from, to) in folds)
    Write(from, to);
var target = Path.Join(root, "src", "Catalog", "Names", "unicode-16.bin");
File.WriteAllBytes(target, table.ToArray());
Console.WriteLine($"{target}: {table.Length} bytes, {refused.Count} refused ranges, {classes.Count} combining classes, {decompositions.Count} decompositions, {folds.Count} foldings");
return 0;

void Write(params ReadOnlySpan<int> values)
{
    Span<byte> bytes = stackalloc byte[4];
    foreach (var value in values)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        table.Write(bytes);
    }
}

IEnumerable<string[]> Lines(string name) => File.ReadLines(Path.Join(args[0], name))
    .Select(l => l.Split('#')[0].Trim())
    .Where(l => l.Length > 0)
    .Select(l => l.Split(';', StringSplitOptions.TrimEntries));

static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
