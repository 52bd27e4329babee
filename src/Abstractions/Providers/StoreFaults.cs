using System.Net.Http;
using System.Net.Sockets;

namespace Cairn.Providers;

/// <summary>Classifies exceptions of the base library.</summary>
public static class StoreFaults
{
    /// <summary>Classifies an exception of System.IO, System.Net and related namespaces; other exceptions are <see cref="StoreErrorCode.Unknown"/>.</summary>
    public static StoreFault FromBaseLibrary(Exception exception) => exception switch
    {
        StoreException e => new(e.Code, e.Reason) { IsTransient = e.IsTransient, RetryAfter = e.RetryAfter, RequestId = e.RequestId, Advice = e.Advice },
        FileNotFoundException { FileName: { } name } when IsAssembly(name) => MissingAssembly(name),
        FileLoadException { FileName: { } name } when IsAssembly(name) => MissingAssembly(name),
        FileNotFoundException or DirectoryNotFoundException => new(StoreErrorCode.NotFound, "it does not exist"),
        PathTooLongException => new(StoreErrorCode.PathConflict, "the path is too long for this store"),
        UnauthorizedAccessException => new(StoreErrorCode.PermissionDenied, "access is denied"),
        NotSupportedException => new(StoreErrorCode.Unsupported, "this store cannot do that"),
        TimeoutException => new(StoreErrorCode.Unavailable, "the store did not respond in time"),
        HttpRequestException or SocketException => new(StoreErrorCode.Unavailable, "the store could not be reached"),
        EndOfStreamException or HttpIOException => new(StoreErrorCode.Unavailable, "the connection ended early"),
        _ => new(StoreErrorCode.Unknown, $"{exception?.GetType().Name}: {FirstLine(exception?.Message)}"),
    };

    /// <summary>The runtime identifies an assembly that it could not load by its display name, and a file by its path.</summary>
    private static bool IsAssembly(string name) => !Path.IsPathRooted(name) && name.Contains(", Culture=", StringComparison.Ordinal) && name.Contains(", PublicKeyToken=", StringComparison.Ordinal);

    private static StoreFault MissingAssembly(string name) =>
        new(StoreErrorCode.InvalidConfiguration, $"the assembly {string.Join(' ', name.Split(", ", 3)[..2]).Replace("Version=", "", StringComparison.Ordinal)} could not be loaded")
        {
            Advice = "A file of the program or of a plugin is missing or damaged. Reinstall it.",
        };

    private static string FirstLine(string? message) => (message ?? "").Split('\n', 2)[0].Trim().TrimEnd('.');
}
