using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>Calls that give another value in each run.</summary>
internal static class Repeatability
{
    private static readonly HashSet<string> _members =
    [
        "DateTime.Now", "DateTime.UtcNow", "DateTime.Today", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Random.Shared", "Guid.NewGuid", "Guid.CreateVersion7",
        "Environment.TickCount", "Environment.TickCount64", "Stopwatch.GetTimestamp", "TimeProvider.GetUtcNow", "TimeProvider.GetLocalNow", "RandomNumberGenerator.GetBytes",
        "RandomNumberGenerator.GetInt32", "RandomNumberGenerator.Fill", "Path.GetRandomFileName",
    ];

    /// <summary>Returns the uses of the clock and of random numbers in a body.</summary>
    public static IEnumerable<IOperation> NotRepeatable(IOperation body) => body.DescendantsAndSelf().Where(static o => o switch
    {
        IPropertyReferenceOperation property => IsOneOf(property.Property),
        IInvocationOperation call => IsOneOf(call.TargetMethod),
        // With a seed, the numbers are the same in each run.
        IObjectCreationOperation { Constructor: { Parameters.IsEmpty: true, ContainingType: var type } } => type.FullName() == "System.Random",
        _ => false,
    });

    private static bool IsOneOf(ISymbol member) =>
        _members.Contains($"{member.ContainingType?.Name}.{member.Name}") && member.ContainingNamespace?.ToDisplayString() is "System" or "System.Diagnostics" or "System.Security.Cryptography" or "System.IO";
}
