using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Flows.Programs;

internal static class ListCommand
{
    public static Task<int> Run(ProgramSession session, ParseResult parsed, FlowListArguments arguments)
    {
        foreach (var flow in session.Flows)
        {
            if (!parsed.GetValue(arguments.Json))
            {
                session.Line(flow.Name);
                foreach (var step in flow.Steps)
                    session.Line($"  {step.Name}{Words(step)}");
                continue;
            }
            session.Json(writer =>
            {
                writer.WriteString("flow", flow.Name);
                writer.WriteStartArray("steps");
                foreach (var step in flow.Steps)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", step.Name);
                    writer.WriteString("kind", step.Kind.ToString().ToLowerInvariant());
                    AssetJson.Texts(writer, "after", step.After);
                    writer.WriteBoolean("elsewhere", step.RunsElsewhere);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
        }
        return Task.FromResult(ExitCode.Done);
    }

    private static string Words(FlowStep step)
    {
        string[] words =
        [
            .. step.Kind switch { StepKind.ForEach => ["for each item"], StepKind.Join => ["join"], _ => Array.Empty<string>() },
            .. step.RunsElsewhere ? ["in other processes"] : Array.Empty<string>(),
            .. step.After.Count > 0 ? ["after " + string.Join(", ", step.After)] : Array.Empty<string>(),
        ];
        return words.Length == 0 ? "" : $" ({string.Join("; ", words)})";
    }
}
