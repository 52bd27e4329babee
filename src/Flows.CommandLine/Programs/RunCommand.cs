using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Flows.Programs;

internal static class RunCommand
{
    public static async Task<int> RunAsync(ProgramSession session, ParseResult parsed, FlowRunArguments arguments)
    {
        var (flow, template) = (parsed.GetValue(arguments.Flow), parsed.GetValue(arguments.Template));
        var isDry = parsed.GetValue(arguments.DryRun);
        var given = ParameterReader.Read(parsed, arguments.Parameters) with
        {
            Tags = parsed.GetValue(arguments.Tag) ?? [],
            Key = parsed.GetValue(arguments.Key),
            SaveArtifacts = !isDry,
            SaveExports = !isDry,
        };
        var chosen = template is null || flow is not null ? session.FindFlow(flow, "FLOW") : null;
        var catalog = await session.OpenAsync(begins: true).ConfigureAwait(false);
        if (template is not null)
        {
            var found = await catalog.Templates.GetAsync(template, session.Stopping).ConfigureAwait(false);
            if (chosen is not null && chosen.Name != found.Flow)
                throw new UsageException($"The template '{found.Name}' is one of the flow '{found.Flow}', and not of '{chosen.Name}'. Omit FLOW.");
            chosen = session.FindFlow(found.Flow, "FLOW");
            given = found.ToRunOptions(given);
        }
        return await FlowRun.ExecuteAsync(
            session, catalog, options => chosen!.RunAsync(catalog, options, session.Stopping), given, [.. given.Parameters.Keys], parsed.GetValue(arguments.Json)).ConfigureAwait(false);
    }
}
