using System.CommandLine;
using System.Text.Json;
using Cairn.Catalog;
using Cairn.Errors;

namespace Cairn.Cli.Commands;

internal static class TemplateCommand
{
    public static Command Create() => new("template", "Keep flows with their parameters in the store, and run them.") { CreateSave(), CreateList(), CreateShow(), CreateDelete(), CreateRun() };

    private static Command CreateSave()
    {
        var name = TemplateArgument.Name("The name of the template: that of an asset, which is also a portable path.");
        var flow = new Option<string>("--flow") { Description = "The flow.", HelpName = "FLOW", Required = true };
        var parameters = new FlowParameterOptions();
        var description = new Option<string?>("--description") { Description = "A description of the template.", HelpName = "TEXT" };
        var replace = new Option<bool>("--replace") { Description = "Replace the template of this name, if there is one." };
        return Runs(new Command("save", "Save a flow with its parameters as a template.") { name, flow, parameters.Set, parameters.Secret, description, replace }, async (call, parsed) =>
        {
            var text = parsed.GetValue(name)!;
            var values = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
            MetadataText.Read(values, parsed.GetValue(parameters.Set), parameters.Set.Name, parameters.Set.HelpName!);
            var secrets = (parsed.GetValue(parameters.Secret) ?? []).Select(s => MetadataText.Split(s, parameters.Secret.Name, parameters.Secret.HelpName!))
                .ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
            var templates = await call.OpenAsync().ConfigureAwait(false);
            var before = parsed.GetValue(replace) ? await templates.TryGetAsync(text, call.Stopping).ConfigureAwait(false) : null;
            // The etag of what was read: a template that somebody else saves meanwhile is not replaced.
            var template = (before ?? new RunTemplate(text, "")) with { Flow = parsed.GetValue(flow)!, Parameters = values, Secrets = secrets, Description = parsed.GetValue(description) };
            try
            {
                var saved = await templates.SaveAsync(template, call.Stopping).ConfigureAwait(false);
                call.Report(saved.Name, "save", before is null ? "saved" : "replaced");
                await call.TellUnknownAsync(saved.Flow).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
            {
                throw new StoreException(new StoreFault(e.Code, e.Reason) { Advice = "Use --replace to replace it, or choose another name." }, e).WithContext(e.Operation!, e.Uri!);
            }
        });
    }

    private static Command CreateList() => Runs(new Command("list", "List the templates."), async (call, _) =>
    {
        var templates = await call.OpenAsync().ConfigureAwait(false);
        var rows = new List<string[]>();
        var code = await call.Session.ForEachAsync(await templates.ListAsync(call.Stopping).ToListAsync(call.Stopping).ConfigureAwait(false), async name =>
        {
            var template = await templates.GetAsync(name, call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
                call.Output.Json(writer => Write(writer, template));
            else
                rows.Add([template.Name, template.Flow, template.Description ?? ""]);
        }).ConfigureAwait(false);
        Columns.Write(call.Output, rows);
        return code;
    });

    private static Command CreateShow()
    {
        var name = TemplateArgument.Name();
        return Runs(new Command("show", "Show a template.") { name }, async (call, parsed) =>
        {
            var template = await (await call.OpenAsync().ConfigureAwait(false)).GetAsync(parsed.GetValue(name)!, call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
            {
                call.Output.Json(writer => Write(writer, template));
                return;
            }
            call.Output.Line($"name         {template.Name}");
            call.Output.Line($"flow         {template.Flow}");
            if (template.Description is { } description)
                call.Output.Line($"description  {description}");
            foreach (var (key, value) in template.Parameters.OrderBy(p => p.Key, Utf8Order.Comparer))
                call.Output.Line($"parameter    {key}={value}");
            foreach (var (key, reference) in template.Secrets.OrderBy(p => p.Key, Utf8Order.Comparer))
                call.Output.Line($"secret       {key}={reference}");
        });
    }

    private static Command CreateDelete()
    {
        var name = TemplateArgument.Name();
        return Runs(new Command("delete", "Delete a template. Runs that were begun with it stay.") { name }, async (call, parsed) =>
        {
            var text = parsed.GetValue(name)!;
            await (await call.OpenAsync().ConfigureAwait(false)).DeleteAsync(text, call.Stopping).ConfigureAwait(false);
            call.Report(text, "delete", "deleted");
        });
    }

    private static Command CreateRun()
    {
        var name = TemplateArgument.Name();
        var (arguments, options) = (new FlowRunArguments(), new FlowProgramOptionSet());
        var command = new Command("run", "Run the flow of a template, by the program that has it. --set and --secret replace single parameters.")
        {
            name, arguments.Parameters.Set, arguments.Parameters.Secret, arguments.Tag, arguments.DryRun, arguments.Json,
        };
        return options.AddTo(command).Runs((session, parsed, cancellationToken) => FlowProcess.RunAsync(
            session,
            options.ProgramOf(parsed),
            ["run", $"{arguments.Template.Name}={parsed.GetValue(name)}", .. options.Given(parsed), .. FlowCommands.Given(parsed, arguments)],
            "cairn flow",
            cancellationToken));
    }

    private static void Write(Utf8JsonWriter writer, RunTemplate template)
    {
        writer.WriteString("name", template.Name);
        writer.WriteString("flow", template.Flow);
        AssetJson.Text(writer, "description", template.Description);
        AssetJson.Metadata(writer, "parameters", template.Parameters);
        writer.WriteStartObject("secrets");
        foreach (var (key, reference) in template.Secrets.OrderBy(p => p.Key, Utf8Order.Comparer))
            writer.WriteString(key, reference);
        writer.WriteEndObject();
    }

    private static Command Runs(Command command, Func<TemplateCall, ParseResult, Task> run) => Runs(command, async (call, parsed) =>
    {
        await run(call, parsed).ConfigureAwait(false);
        return ExitCode.Done;
    });

    private static Command Runs(Command command, Func<TemplateCall, ParseResult, Task<int>> run)
    {
        var (json, store) = (Json.Option(), ArtifactOptions.Store());
        command.Add(json);
        command.Add(store);
        return command.Runs(
            (session, parsed, cancellationToken) => run(new(session, parsed.GetValue(json), parsed.GetRequiredValue(store), cancellationToken), parsed),
            onlyReads: command.Name is "list" or "show");
    }

    /// <summary>One run of a command of templates.</summary>
    private sealed class TemplateCall(Session session, bool isJson, string store, CancellationToken cancellationToken)
    {
        public Session Session => session;

        public CommandOutput Output => session.Output;

        public bool IsJson => isJson;

        public CancellationToken Stopping => cancellationToken;

        public async Task<TemplateCollection> OpenAsync() => new((await ArtifactOptions.OpenAsync(session, store, cancellationToken).ConfigureAwait(false)).Container);

        /// <summary>Tells that the index on this machine knows runs, and none of the flow. A template may be older than the first run of its flow, so it is a note.</summary>
        public async Task TellUnknownAsync(string flow)
        {
            var catalog = CatalogOpening.ForCached(session, await ArtifactOptions.OpenAsync(session, store, cancellationToken).ConfigureAwait(false));
            await using var closing = catalog.ConfigureAwait(false);
            if (catalog.GetCachedStatus() is not null && await UnknownNames.FindFlowsAsync(catalog, flow, cancellationToken).ConfigureAwait(false) is { Count: > 0 } flows)
                session.Note($"note: this machine knows no run of a flow '{ErrorText.Escape(flow)}' in the store; it knows runs of {UnknownNames.List(flows)}");
        }

        /// <summary>Prints a change.</summary>
        public void Report(string name, string change, string done)
        {
            if (!isJson)
                Output.Line($"{name} {done}");
            else
            {
                Output.Json(writer =>
                {
                    writer.WriteString("name", name);
                    writer.WriteString("change", change);
                    writer.WriteBoolean("changed", true);
                });
            }
        }
    }
}
