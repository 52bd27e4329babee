using Microsoft.CodeAnalysis;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>Types whose objects are parts of a process and not content.</summary>
internal static class TypeRules
{
    /// <summary>Base classes and interfaces, with what a message calls them.</summary>
    private static readonly Dictionary<string, string> _things = new()
    {
        ["System.IO.Stream"] = "a stream",
        ["System.IO.TextReader"] = "a reader",
        ["System.IO.TextWriter"] = "a writer",
        ["System.Runtime.InteropServices.SafeHandle"] = "a handle",
        ["System.Runtime.InteropServices.CriticalHandle"] = "a handle",
        ["System.Threading.WaitHandle"] = "a handle",
        ["System.Data.IDbConnection"] = "a connection",
        ["System.Net.Http.HttpMessageInvoker"] = "a connection",
        ["System.Net.Sockets.Socket"] = "a connection",
        ["System.Net.Sockets.TcpClient"] = "a connection",
        ["System.Delegate"] = "a delegate",
        ["System.Threading.CancellationToken"] = "a cancellation token",
        ["System.Threading.CancellationTokenSource"] = "a cancellation token",
        ["System.Threading.Tasks.Task"] = "a task",
        ["System.Threading.Tasks.ValueTask"] = "a task",
        ["System.Threading.Timer"] = "a timer",
        ["System.Threading.Thread"] = "a thread",
        ["System.Diagnostics.Process"] = "a process",
    };

    /// <summary>Returns what a value of the type holds that is not content; null if it may be content. Elements and type arguments count, too.</summary>
    public static string? NotContent(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => NotContent(array.ElementType),
        INamedTypeSymbol named => named.SelfAndBases().Concat(named.AllInterfaces).Select(static t => _things.TryGetValue(t.FullName(), out var what) ? what : null).FirstOrDefault(static w => w is not null)
            ?? named.TypeArguments.Select(NotContent).FirstOrDefault(static w => w is not null),
        _ => null,
    };
}
