using System.Globalization;
using System.Text;

namespace Cairn.Providers.Local.Tests;

/// <summary>
/// The corpus of <c>Data/hostile-paths.txt</c>: one path a line, <c>\uXXXX</c> for a UTF-16 unit and <c>\\</c> for a backslash. It is data; <see cref="Generate"/> made it
/// (<c>Providers.Local.Tests --child hostile-paths</c>), and a test holds that it still would.
/// </summary>
internal static class HostilePaths
{
    private static readonly string[] Ups =
    [
        "..", "...", "....", "..;", ";..", "..#", "..?", ".. ", " ..", "..\t", "..\0", "\0..", "..\u200b", "\u202e..", "%2e%2e", "%2E%2E", "%2e.", ".%2e", "%252e%252e", "%25252e%25252e",
        "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "%c0%2e%c0%2e", "%uff0e%uff0e", "\uff0e\uff0e", "\u2025", "\u2024\u2024", "0x2e0x2e", "\\u002e\\u002e", "\\x2e\\x2e", "&#46;&#46;", "..%00", "..%0a",
        "..%0d%0a", "..\n", "..\r\n", "..::$DATA", "..:", "\"..\"", "'..'", "$(echo ..)", "`..`", "${PWD}/..", "~", "~root", "..|", "..*", "..%20", "..+", "..~1", "..\ud800", "\udc00..",
    ];

    private static readonly string[] Separators = ["/", "//", "\\", "\\\\", "/./", "%2f", "%2F", "%5c", "%252f", "%c0%af", "%e0%80%af", "\u2215", "\u2044", "\uff0f", "/;/", "/\\", "/\0/", "/%00/"];

    private static readonly string[] Targets = ["canary.txt", "etc/passwd", "root2/canary.txt", "root", ""];

    private static readonly string[] Whole =
    [
        "", "/", "//", "///", ".", "./", "./.", "..", "../", "/..", "/../", "//..//", "a//b", "a/./b", "a/../b", "a/..", "a/.", "a/b/../../..", "a/../../root/canary.txt", "\0", "a\0", "a\0/b", "a/\0",
        "\\", "\\\\", "\\\\server\\share\\x", "//server/share/x", "\\\\?\\C:\\x", "\\\\.\\C:", "\\\\.\\PhysicalDrive0", "\\\\?\\UNC\\server\\share", "\\??\\C:\\x", "//?/C:/x", "//./pipe/x",
        "C:", "C:\\", "C:/", "C:x", "C:..\\x", "c:/windows/system32", "/C:/x", "file:", "file:///etc/passwd", "file://localhost/etc/passwd", "http://x/y", "s3://b/k", "mem://x/y",
        "/etc/passwd", "//etc/passwd", "/proc/self/root/etc/passwd", "proc/self/cwd/x", "/dev/null", "dev/stdin", "/dev/fd/0", "%2fetc%2fpasswd", "\\etc\\passwd",
        "a;b", "a;/../b", "a#/../b", "a?/../b", "a?x=/../b", "#", "?", "#/..", "?/..", ";/..", "a&b", "a=b", "a%", "%", "%%", "%zz", "%u0041", "%00", "a%00b", "a%00.txt", "%0a", "a\nb",
            "a\rb", "a\u001b[2Jb",
        "-", "--", "-rf", "--help", "$HOME", "${HOME}", "$(id)", "`id`", ";id", "|id", "&&id", ">x", "<x", "*", "?*", "[a-z]", "{a,b}", "!x", "~/x", "~nobody/x",
        ".cairn-tmp-", ".cairn-tmp-0123456789abcdef", ".cairn-tmp-0123456789abcdef-x", "a/.cairn-tmp-x", ".cairn-tmp-x/b", ".cairn-dir", "a/.cairn-dir", ".cairn-dir/x", ".CAIRN-TMP-x",
            ".cairn", ".git/config",
        "\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "a/\ud83d", "\ude00/b", "\ud83d\ude00", "\ufffd", "\ufeffx", "\uffff", "\u202e", "a\u0000\u0000b", "\u0001", "\u007f", "\u0085", "\u2028",
    ];

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM1", "COM9", "COM0", "COM\u00b9", "LPT1", "LPT9", "LPT\u00b3", "CLOCK$"];

    private static readonly string[] DeviceShapes =
    [
        "{0}", "{0}.txt", "{0}.", "{0} ", "{0}:", "{0}::$DATA", "a/{0}", "{0}/a", "a/{0}.tar.gz", "{0} .txt", "\\\\.\\{0}", "//./{0}", "C:\\{0}", "a\\{0}",
    ];

    private static readonly string[] Tails = [".", "..", "...", " ", "  ", ". ", " .", ":", ":stream", "::$DATA", ":$DATA", "::$INDEX_ALLOCATION", "~1", "\\", "/", "//", "*", "?", "\"",
        "<", ">", "|", "\0", "%00", "\t"];

    /// <summary>The corpus, as its lines stand in the file.</summary>
    public static IEnumerable<string> Generate() => Paths().Distinct(StringComparer.Ordinal).Select(Escape);

    /// <summary>The corpus, as the file has it.</summary>
    public static IReadOnlyList<string> Read() => [.. File.ReadLines(Path.Join(AppContext.BaseDirectory, "Data", "hostile-paths.txt")).Select(Unescape)];

    private static IEnumerable<string> Paths()
    {
        foreach (var path in Whole)
            yield return path;
        foreach (var up in Ups)
        {
            foreach (var separator in Separators)
            {
                yield return up + separator + "canary.txt";
                yield return "a" + separator + up + separator + up + separator + "canary.txt";
            }
            foreach (var target in Targets)
            {
                yield return $"/{up}/{target}";
                yield return $"a/b/{up}/{up}/{up}/{target}";
            }
            yield return $"{up}/{up}/{up}/{up}/{up}/{up}/{up}/{up}/{up}/etc/passwd";
        }
        foreach (var device in Devices)
        {
            foreach (var shape in DeviceShapes)
            {
                yield return string.Format(CultureInfo.InvariantCulture, shape, device);
                yield return string.Format(CultureInfo.InvariantCulture, shape, device.ToLowerInvariant());
            }
        }
        foreach (var tail in Tails)
        {
            yield return "canary.txt" + tail;
            yield return $"a{tail}/canary.txt";
            yield return $"..{tail}/canary.txt";
        }
        yield return string.Concat(Enumerable.Repeat("d/", 100)) + "x";
        foreach (var length in new[] { 255, 256, 257, 1000, 4095, 4096, 5000 })
        {
            yield return new string('n', length);
            yield return "a/" + new string('n', length) + "/b";
            yield return string.Concat(Enumerable.Repeat("世", length / 3));
            yield return string.Concat(Enumerable.Repeat("../", length / 3)) + "canary.txt";
            yield return string.Concat(Enumerable.Repeat(new string('n', 200) + "/", length / 200)) + "x";
        }
    }

    private static string Escape(string path)
    {
        var line = new StringBuilder();
        foreach (var c in path)
            line.Append(c == '\\' ? "\\\\" : c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}");
        return line.ToString();
    }

    private static string Unescape(string line)
    {
        var path = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
                path.Append(line[i]);
            else if (line[++i] == 'u')
            {
                path.Append((char)int.Parse(line.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
                path.Append('\\');
        }
        return path.ToString();
    }
}
