/// <summary>A type outside of every namespace.</summary>
#pragma warning disable CA1050 // that is what it is for
public sealed class NoNamespace;
#pragma warning restore CA1050
