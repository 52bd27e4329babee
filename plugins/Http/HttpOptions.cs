using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>The options of the <c>http</c> flavor.</summary>
public sealed class HttpOptions
{
    /// <summary>Gets or sets the user name for Basic authentication. Optional.</summary>
    [StoreOption("username", "User name for Basic authentication.")]
    public string? Username { get; set; }

    /// <summary>Gets or sets the password for Basic authentication.</summary>
    [StoreOption("password", "Password for Basic authentication.", Secret = true)]
    public string? Password { get; set; }

    /// <summary>Gets or sets a bearer token, which is sent instead of Basic authentication. Optional.</summary>
    [StoreOption("token", "Bearer token.", Secret = true)]
    public string? Token { get; set; }

    /// <summary>Gets or sets the maximum time for the headers of a response, and between the bytes of a body.</summary>
    [StoreOption("timeout", "How long the server may take to begin an answer, or between two pieces of it.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Gets or sets whether directory index pages are read as listings.</summary>
    [StoreOption("index", "Read the server's directory index pages as listings: auto reads HTML and nginx' JSON, none refuses to list.")]
    public HttpIndex Index { get; set; } = HttpIndex.Auto;

    /// <summary>Gets or sets a file of PEM certificates to trust instead of those of the system. Optional.</summary>
    [StoreOption("ca-file", "File of PEM certificates to trust instead of the system's.")]
    public string? CaFile { get; set; }
}

/// <summary>The handling of directory index pages.</summary>
public enum HttpIndex
{
    /// <summary>Read index pages, in HTML or the JSON of nginx.</summary>
    Auto,

    /// <summary>Do not list.</summary>
    None,
}
