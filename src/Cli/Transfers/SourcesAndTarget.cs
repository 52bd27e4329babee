namespace Cairn.Cli;

/// <summary>The addresses of <c>cp</c> and <c>mv</c>: one or more sources, and last the target.</summary>
internal sealed record SourcesAndTarget(IReadOnlyList<Address> Sources, Address Target)
{
    public static SourcesAndTarget Split(IReadOnlyList<string> texts)
    {
        if (texts.Count < 2)
            throw new UsageException($"There is one address, '{texts[0]}': give the source, and last the target.");
        return new([.. texts.SkipLast(1).Select(Address.Parse)], Address.Parse(texts[^1]));
    }
}
