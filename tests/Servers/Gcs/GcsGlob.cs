using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.TestServers.Gcs;

/// <summary>The service's glob: <c>*</c> and <c>?</c> stop at a slash, <c>**</c> does not, <c>[abc]</c>, <c>[a-c]</c>, <c>[^a]</c>, <c>{one,two}</c>, <c>\</c> escapes.</summary>
internal static class GcsGlob
{
    public static Regex Compile(string glob)
    {
        var pattern = new StringBuilder("^");
        int braces = 0;
        for (int at = 0; at < glob.Length; at++)
        {
            char c = glob[at];
            switch (c)
            {
                case '*' when at + 1 < glob.Length && glob[at + 1] == '*':
                    at++;
                    pattern.Append(".*");
                    break;
                case '*': pattern.Append("[^/]*"); break;
                case '?': pattern.Append("[^/]"); break;
                case '\\' when at + 1 < glob.Length: pattern.Append(Regex.Escape(glob[++at].ToString())); break;
                case '{': braces++; pattern.Append("(?:"); break;
                case '}' when braces > 0: braces--; pattern.Append(')'); break;
                case ',' when braces > 0: pattern.Append('|'); break;
                case '[':
                    int end = glob.IndexOf(']', Math.Min(at + 2, glob.Length));
                    if (end < 0) throw GcsError.Invalid($"Invalid glob: {glob}", "matchGlob");
                    string set = glob[(at + 1)..end];
                    bool negated = set[0] is '^' or '!';
                    string members = (negated ? set[1..] : set).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)
                        .Replace("^", "\\^", StringComparison.Ordinal);
                    pattern.Append(negated ? "[^/" : "[").Append(members).Append(']');
                    at = end;
                    break;
                default: pattern.Append(Regex.Escape(c.ToString())); break;
            }
        }
        if (braces != 0) throw GcsError.Invalid($"Invalid glob: {glob}", "matchGlob");
        return new Regex(pattern.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }
}
