using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>Options of the <c>webdav</c> flavor.</summary>
public sealed class WebDavOptions
{
    /// <summary>The user name; null for none.</summary>
    [StoreOption("username", "User name.")]
    public string? Username { get; set; }

    /// <summary>The password.</summary>
    [StoreOption("password", "Password.", Secret = true)]
    public string? Password { get; set; }

    /// <summary>How the user name and password are sent.</summary>
    [StoreOption("auth", "How the user name and password are sent: basic with every request, digest when the server asks.")]
    public WebDavAuth Auth { get; set; }

    /// <summary>How long the server may take to begin an answer, or between two pieces of it.</summary>
    [StoreOption("timeout", "How long the server may take to begin an answer, or between two pieces of it.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Whether each write takes a lock among Cairn's writers; without it the store only replaces.</summary>
    [StoreOption("lock", "Take a lock among Cairn's writers for each write; without it the store can only replace, and not remove directories.")]
    public bool Lock { get; set; } = true;

    /// <summary>How long to wait for another writer's lock.</summary>
    [StoreOption("lock-wait", "How long to wait for another writer's lock.")]
    public TimeSpan LockWait { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>A file of PEM certificates to trust instead of the system's; null for the system's.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }
}

/// <summary>How credentials are sent.</summary>
public enum WebDavAuth
{
    /// <summary>With every request.</summary>
    Basic,

    /// <summary>As the answer to the server's challenge; the password itself is never sent.</summary>
    Digest,
}
