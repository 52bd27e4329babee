using System.CommandLine;
using Cairn.Cli.Checks;
using Cairn.Workspaces;

namespace Cairn.Cli.Commands;

internal static class StoreCheckCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name")
        {
            Description = "The names of the stores. Default: all stores.",
            HelpName = "NAME",
            Arity = ArgumentArity.ZeroOrMore,
            CompletionSources = { Completions.StoreNames }
        };
        var readOnly = new Option<bool>("--read-only") { Description = "Do not try operations that write." };
        var json = Json.Option();
        return new Command("check", "Test the operations that programs use on stores, and explain failures. A small file is written, read, copied and removed.") { names, readOnly, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var content = session.Workspace.Read();
                var named = parsed.GetValue(names) is { Length: > 0 };
                var wanted = named ? parsed.GetValue(names)!.Select(content.Find) : content.Stores;
                var code = ExitCode.Done;
                foreach (var problem in named ? [] : content.Unusable.Values)
                    code = Math.Max(code, session.Report(problem));
                foreach (var store in wanted.ToArray())
                {
                    var trials = await TryAsync(session, store, parsed.GetValue(readOnly), cancellationToken).ConfigureAwait(false);
                    if (parsed.GetValue(json))
                        WriteJson(session, store.Name, trials);
                    else
                        session.Output.Line($"{store.Name}: {Summary(trials)}");
                    foreach (var trial in trials.Where(static t => t.Error is not null))
                        code = Math.Max(code, session.Report(trial.Error!));
                    if (trials.Any(static t => t is { Name: "condition", Error.Code: StoreErrorCode.Unsupported }))
                        await RememberAsync(session, store, cancellationToken).ConfigureAwait(false);
                }
                return code;
            });
    }

    private static async Task<IReadOnlyList<StoreTrial>> TryAsync(Session session, RegisteredStore registered, bool readOnly, CancellationToken cancellationToken)
    {
        try
        {
            var store = await session.OpenAsync(registered, cancellationToken).ConfigureAwait(false);
            return await new StoreCheck(store).RunAsync(readOnly, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            return [new("open", e)];
        }
    }

    /// <summary>Records that a service ignores conditions, so the store refuses to create a file under a condition instead of overwriting it.</summary>
    private static async Task RememberAsync(Session session, RegisteredStore store, CancellationToken cancellationToken)
    {
        const string Conditions = "conditions";
        if (!session.Flavors.Describe(store.Flavor).Options.Any(static o => o.Name == Conditions))
            return;
        await session.Workspace.UpdateAsync(store.Name, null, new Dictionary<string, string?> { [Conditions] = "no" }, cancellationToken).ConfigureAwait(false);
        session.Note($"note: store '{store.Name}' now has {Conditions}=no: it refuses conditional writes, because the service would overwrite existing files");
    }

    private static string Summary(IReadOnlyList<StoreTrial> trials)
    {
        var failed = string.Join(", ", trials.Where(static t => t.Error is not null).Select(static t => t.Name));
        var done = string.Join(", ", trials.Where(static t => t.Error is null).Select(static t => t.Name));
        return failed.Length == 0 ? $"ok ({done})" : done.Length == 0 ? $"failed: {failed}" : $"failed: {failed}; ok: {done}";
    }

    private static void WriteJson(Session session, string name, IReadOnlyList<StoreTrial> trials) => session.Output.Json(writer =>
    {
        writer.WriteString("name", name);
        writer.WriteBoolean("ok", trials.All(static t => t.Error is null));
        writer.WriteStartArray("checks");
        foreach (var trial in trials)
        {
            writer.WriteStartObject();
            writer.WriteString("check", trial.Name);
            writer.WriteBoolean("ok", trial.Error is null);
            if (trial.Error is not null)
                writer.WriteString("code", trial.Error.Code.ToString());
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });
}
