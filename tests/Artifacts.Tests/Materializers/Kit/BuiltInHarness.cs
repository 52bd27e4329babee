using Cairn.Conformance;
using Cairn.Materializers;

namespace Cairn.Tests.Materializers.Kit;

/// <summary>A materializer that Cairn brings.</summary>
public abstract class BuiltInHarness(string id) : MaterializerHarness
{
    protected const string NothingTest = "Nothing_comes_back_as_nothing";
    protected const string HugeTest = "A_huge_value_comes_back_equal";

    public override string? KeptFolder => SourceFolder.Find("tests/Artifacts.Tests/Materializers/Data");

    public override Materializer Create() => MaterializerRegistry.CreateDefault().TryGet(id, out var materializer) ? materializer : throw new InvalidOperationException(id);
}
