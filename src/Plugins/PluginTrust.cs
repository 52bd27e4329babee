using System.Security.Cryptography;
using System.Text;
using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>Which plugins of workspaces this user has accepted on this machine.</summary>
/// <remarks>
/// A workspace's pins come with the workspace: whoever hands a folder to somebody can put a plugin and fitting pins into it. So pins of a workspace count only
/// when the user has accepted exactly these bytes, by adding or trusting them. Safe between threads and processes.
/// </remarks>
public sealed class PluginTrust
{
    private readonly LockedJson<TrustDocument> _file;

    /// <summary>Uses the file <c>trusted-plugins.json</c> of a folder.</summary>
    /// <param name="folder">The folder, usually <see cref="PluginFolder.UserFolder"/>; made when something is trusted.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public PluginTrust(string folder, TimeProvider? time = null)
        : this(folder, time, null)
    {
    }

    internal PluginTrust(string folder, TimeProvider? time, DurableDisk? disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _file = new(
            Path.Join(Path.GetFullPath(folder), "trusted-plugins.json"),
            PluginJson.Default.TrustDocument,
            () => new() { Format = TrustDocument.CurrentFormat },
            d => d.Format is TrustDocument.CurrentFormat ? null : $"it has format {d.Format}, which this Cairn does not know",
            time ?? TimeProvider.System,
            disk);
    }

    /// <summary>The file's full path.</summary>
    public string File => _file.FullName;

    /// <summary>Whether the user has accepted a plugin with these pins.</summary>
    public bool IsTrusted(string name, PluginPin pin)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pin);
        return _file.Read().Trusted.ContainsKey(Digest(name, pin));
    }

    /// <summary>Accepts a plugin with these pins.</summary>
    public Task TrustAsync(string name, PluginPin pin, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pin);
        return _file.ChangeAsync(d => d.Trusted[Digest(name, pin)] = $"{name} {pin.Version}", cancellationToken);
    }

    internal Func<string, PluginPin, bool> Snapshot()
    {
        var trusted = _file.Read().Trusted;
        return (name, pin) => trusted.ContainsKey(Digest(name, pin));
    }

    /// <summary>Names hold no control character, so the lines cannot run into each other.</summary>
    private static string Digest(string name, PluginPin pin)
    {
        var text = new StringBuilder().Append(name).Append('\n');
        foreach (var (path, digest) in pin.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
            text.Append(digest).Append(' ').Append(path).Append('\n');
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
