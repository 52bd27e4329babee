namespace Cairn.Conformance.Tests.Broken;

/// <summary>One way to be a bad driver.</summary>
/// <param name="Name">The driver's class, as the matrix shows it.</param>
/// <param name="What">What is wrong with it.</param>
/// <param name="Decoration">Puts the defect over a sound driver.</param>
/// <param name="Suites">The suites that must turn red.</param>
internal sealed record Defect(string Name, string What, Decoration Decoration, IReadOnlyList<string> Suites)
{
    public override string ToString() => Name;
}
