using System.CommandLine;
using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Cli.Commands;

internal static class FlavorCommand
{
    public static Command Create() => new("flavor", "Inspect flavors: the kinds of stores that can be used.") { CreateList() };

    private static Command CreateList()
    {
        var json = Json.Option();
        return new Command("list", "List the flavors with their URI schemes and options.") { json }
            .Runs((session, parsed, _) =>
            {
                foreach (var flavor in session.Flavors.List())
                {
                    if (parsed.GetValue(json))
                        session.Output.Json(writer => Write(writer, flavor));
                    else
                        Write(session.Output, flavor);
                }
                if (!parsed.GetValue(json))
                {
                    session.Output.Line("Options of every flavor:");
                    Write(session.Output, LayerOptions.Descriptors);
                }
                return Task.CompletedTask;
            });
    }

    private static void Write(CommandOutput output, FlavorDescriptor flavor)
    {
        output.Line($"{flavor.Name}  {string.Join(' ', flavor.Schemes.Select(s => s + "://"))}  {flavor.Description}");
        Write(output, flavor.Options);
    }

    private static void Write(CommandOutput output, IReadOnlyList<OptionDescriptor> options) =>
        Columns.Write(output, [.. options.Select(o => new[] { "    " + o.Name, TypeOf(o), o.Description })]);

    private static string TypeOf(OptionDescriptor option) =>
        option.Type + (option.Required ? ", required" : "") + (option.Secret ? ", secret" : "") + (option.Default is { Length: > 0 } value ? $" = {value}" : "");

    private static void Write(System.Text.Json.Utf8JsonWriter writer, FlavorDescriptor flavor)
    {
        writer.WriteString("name", flavor.Name);
        writer.WriteStartArray("schemes");
        foreach (var scheme in flavor.Schemes)
            writer.WriteStringValue(scheme);
        writer.WriteEndArray();
        writer.WriteString("description", flavor.Description);
        writer.WriteStartArray("options");
        foreach (var option in flavor.Options.Concat(LayerOptions.Descriptors))
        {
            writer.WriteStartObject();
            writer.WriteString("name", option.Name);
            writer.WriteBoolean("everyFlavor", LayerOptions.Descriptors.Contains(option));
            writer.WriteString("type", option.Type);
            writer.WriteBoolean("required", option.Required);
            writer.WriteBoolean("secret", option.Secret);
            writer.WriteString("default", option.Default);
            writer.WriteString("description", option.Description);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
