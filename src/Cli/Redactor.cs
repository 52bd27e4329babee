namespace Cairn.Cli;

/// <summary>Removes the secrets that this process has read from all of its output.</summary>
internal sealed class Redactor
{
    private readonly List<string> _secrets = [];

    public void Add(string secret)
    {
        if (secret.Length == 0)
            return;
        _secrets.Add(secret);
        _secrets.Sort(static (a, b) => b.Length.CompareTo(a.Length));
    }

    public string Apply(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        return text;
    }
}
