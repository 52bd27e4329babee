using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Flows.Programs;

internal static class ResumeCommand
{
    public static async Task<int> RunAsync(ProgramSession session, ParseResult parsed, FlowResumeArguments arguments)
    {
        RunReference? reference = parsed.GetValue(arguments.Run) is { } text ? RunArgument.Parse(text) : (RunReference?)null;
        var (named, from) = (parsed.GetValue(arguments.Flow), parsed.GetValue(arguments.From));
        var given = ParameterReader.Read(parsed, arguments.Parameters) with { Tags = parsed.GetValue(arguments.Tag) ?? [] };
        var flow = reference is null || named is not null ? session.FindFlow(named, "--flow") : null;
        var catalog = await session.OpenAsync(begins: false).ConfigureAwait(false);
        flow ??= session.FlowOf(await catalog.Runs.GetAsync(reference!.Value, cancellationToken: session.Stopping).ConfigureAwait(false));
        if (parsed.GetValue(arguments.Plan))
        {
            Show(session, await flow.PlanAsync(catalog, reference, from, given, session.Stopping).ConfigureAwait(false), parsed.GetValue(arguments.Json));
            return ExitCode.Done;
        }
        return await FlowRun.ExecuteAsync(
            session, catalog, options => flow.ResumeAsync(catalog, reference, from, options, session.Stopping),
            given, [.. given.Parameters.Keys], parsed.GetValue(arguments.Json)).ConfigureAwait(false);
    }

    private static void Show(ProgramSession session, ResumePlan plan, bool isJson)
    {
        foreach (var step in plan.Steps)
        {
            if (!isJson)
            {
                session.Line(step.ToString());
                continue;
            }
            session.Json(writer =>
            {
                writer.WriteString("origin", plan.Origin);
                writer.WriteString("step", step.Step);
                writer.WriteNumber("takenOver", step.Taken);
                AssetJson.Number(writer, "run", step.Run);
                writer.WriteStartArray("reasons");
                foreach (var reason in step.Reasons)
                {
                    writer.WriteStartObject();
                    writer.WriteString("reason", reason.Reason);
                    writer.WriteNumber("tasks", reason.Tasks);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
        }
    }
}
