using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>The arguments that are names of templates.</summary>
internal static class TemplateArgument
{
    /// <summary>Returns true if an argument is the name of a template and is therefore completed as one.</summary>
    public static bool IsTemplate(Argument argument) => argument is TemplateName;

    public static Argument<string> Name(string description = "The name of the template.") => new TemplateName() { Description = description, HelpName = "NAME" };

    private sealed class TemplateName() : Argument<string>("name");
}
