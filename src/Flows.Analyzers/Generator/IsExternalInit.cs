namespace System.Runtime.CompilerServices;

/// <summary>The compiler requires it for records; .NET Standard does not have it.</summary>
internal static class IsExternalInit;
