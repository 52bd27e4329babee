using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace Cairn.Conformance;

/// <summary>Assertions about errors, shared by all suites.</summary>
internal static class Expect
{
    /// <summary>Asserts that the call fails with a store error of this code, and that the message names the operation and its target.</summary>
    public static Task<StoreException> ErrorAsync(StoreErrorCode code, Func<Task> call, [CallerArgumentExpression(nameof(call))] string what = "") =>
        ErrorAsync([code], call, what);

    /// <summary>Asserts that the call fails with a store error of one of these codes.</summary>
    public static async Task<StoreException> ErrorAsync(StoreErrorCode[] codes, Func<Task> call, [CallerArgumentExpression(nameof(call))] string what = "")
    {
        var error = await CodeAsync(codes, call, what).ConfigureAwait(false);
        if (error.Operation is null || error.Uri is null)
            throw new XunitException($"The error of {Call(what)} does not name the operation and its target: {error}");
        return error;
    }

    /// <summary>Asserts that the call fails with a store error of one of these codes, without checking the message.</summary>
    public static async Task<StoreException> CodeAsync(StoreErrorCode[] codes, Func<Task> call, string what)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (StoreException e) when (codes.Contains(e.Code))
        {
            return e;
        }
        catch (Exception e)
        {
            var actual = e is StoreException { Code: var code } ? code.ToString() : e.GetType().Name;
            throw new XunitException($"{Call(what)} should fail with {string.Join(" or ", codes)}, but failed with {actual}: {e}", e);
        }
        throw new XunitException($"{Call(what)} should fail with {string.Join(" or ", codes)}, but succeeded.");
    }

    /// <summary>Returns the text of the lambda body on one line.</summary>
    private static string Call(string what)
    {
        var line = string.Join(' ', what.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.StartsWith("() => ", StringComparison.Ordinal) ? line[6..] : line.StartsWith("async () => ", StringComparison.Ordinal) ? line[12..] : line;
    }
}
