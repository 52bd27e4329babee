using System.Security.Cryptography;
using System.Text;
using Cairn.Durable;

namespace Cairn.Plugins;

/// <summary>The plugins of workspaces that this user has accepted on this machine.</summary>
/// <remarks>
/// The pins of a workspace are part of the workspace, so anyone who provides a workspace can add a plugin with matching pins. The pins of a workspace are
/// therefore valid only if the user has accepted exactly these files, by adding or trusting the plugin. Safe for use by multiple threads and processes.
/// </remarks>
public sealed class PluginTrust
{
    private readonly LockedJson<TrustDocument> _file;

    /// <summary>Initializes a new instance for the file <c>trusted-plugins.json</c> in a folder.</summary>
    /// <param name="folder">The folder, usually <see cref="PluginFolder.UserFolder"/>; it is created when a plugin is trusted.</param>
    /// <param name="time">The clock. Default: the system clock.</param>
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
            d => d.Format is TrustDocument.CurrentFormat ? null : $"it has format {d.Format}, which this version of Cairn does not support",
            time ?? TimeProvider.System,
            disk);
    }

    /// <summary>Gets the full path of the file.</summary>
    public string File => _file.FullName;

    /// <summary>Returns true if the user has accepted a plugin with these pins.</summary>
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

    /// <summary>Names contain no control characters, so the lines are unambiguous.</summary>
    private static string Digest(string name, PluginPin pin)
    {
        var text = new StringBuilder().Append(name).Append('\n');
        foreach (var (path, digest) in pin.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
            text.Append(digest).Append(' ').Append(path).Append('\n');
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
