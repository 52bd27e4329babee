using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Flows.Programs;

/// <summary>Reads the parameters that a command line states.</summary>
internal static class ParameterReader
{
    /// <exception cref="UsageException">A value has another form.</exception>
    public static RunOptions Read(ParseResult parsed, FlowParameterOptions options)
    {
        var run = new RunOptions();
        MetadataText.Read(run.Parameters, parsed.GetValue(options.Set), options.Set.Name, options.Set.HelpName!);
        foreach (var text in parsed.GetValue(options.Secret) ?? [])
        {
            var (name, reference) = MetadataText.Split(text, options.Secret.Name, options.Secret.HelpName!);
            run.Secrets[name] = reference;
        }
        return run;
    }
}
