namespace Cairn.Cli;

/// <summary>The addresses of <c>cp</c> and <c>mv</c>: one or more sources, then the target.</summary>
internal sealed record SourcesAndTarget(IReadOnlyList<Address> Sources, Address Target)
{
    public static SourcesAndTarget Split(IReadOnlyList<string> texts)
    {
        if (texts.Count < 2)
            throw new UsageException($"Only one address, '{texts[0]}', was given. Give the source and then the target.");
        var (sources, target) = (texts.SkipLast(1).Select(Address.Parse).ToArray(), Address.Parse(texts[^1]));
        return Array.Exists(sources, s => s.Kind == AddressKind.Standard) && (sources.Length > 1 || target.Kind == AddressKind.Standard)
            ? throw new UsageException("Standard input, '-', must be the only source, and the target must be a file.")
            : new(sources, target);
    }
}
