using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>Options of the <c>http</c> flavor.</summary>
public sealed class HttpOptions
{
    /// <summary>The user name for Basic authentication; null for none.</summary>
    [StoreOption("username", "User name for Basic authentication.")]
    public string? Username { get; set; }

    /// <summary>The password for Basic authentication.</summary>
    [StoreOption("password", "Password for Basic authentication.", Secret = true)]
    public string? Password { get; set; }

    /// <summary>A bearer token, sent instead of Basic authentication; null for none.</summary>
    [StoreOption("token", "Bearer token.", Secret = true)]
    public string? Token { get; set; }

    /// <summary>How long the server may take to answer a request's head, or to send the next bytes of a body.</summary>
    [StoreOption("timeout", "How long the server may take to begin an answer, or between two pieces of it.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Whether directory index pages are read as listings.</summary>
    [StoreOption("index", "Read the server's directory index pages as listings: auto reads HTML and nginx' JSON, none refuses to list.")]
    public HttpIndex Index { get; set; } = HttpIndex.Auto;

    /// <summary>A file of PEM certificates to trust instead of the system's; null for the system's.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }
}

/// <summary>What to make of directory index pages.</summary>
public enum HttpIndex
{
    /// <summary>Read them, in HTML or nginx' JSON.</summary>
    Auto,

    /// <summary>Do not list.</summary>
    None,
}
