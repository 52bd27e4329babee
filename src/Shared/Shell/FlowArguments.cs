using System.CommandLine;

namespace Cairn.Shell;

/// <summary>The arguments and options of a command that runs flows.</summary>
internal interface IFlowArguments
{
    IReadOnlyList<Symbol> Symbols { get; }
}

/// <summary>The parameters of a run.</summary>
internal sealed class FlowParameterOptions
{
    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "A parameter, as NAME=VALUE: a number as in JSON, true or false, otherwise text. Can be repeated.",
        HelpName = "NAME=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string[]> Secret { get; } = new("--secret")
    {
        Description = "A secret parameter, as NAME=REFERENCE: 'env:VARIABLE' or 'file:PATH'. Only the reference is stored. Can be repeated.",
        HelpName = "NAME=REFERENCE",
        AllowMultipleArgumentsPerToken = false,
    };
}

internal sealed class FlowListArguments : IFlowArguments
{
    public Option<bool> Json { get; } = Shell.Json.Option();

    public IReadOnlyList<Symbol> Symbols => [Json];
}

internal sealed class FlowRunArguments : IFlowArguments
{
    public Argument<string?> Flow { get; } = new("flow") { Description = "The flow. It can be omitted if the program has one, or with --template.", HelpName = "FLOW", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Template { get; } = new("--template") { Description = "A template with the flow and its parameters; --set and --secret replace single ones.", HelpName = "NAME" };

    public FlowParameterOptions Parameters { get; } = new();

    public Option<string[]> Tag { get; } = new("--tag") { Description = "A tag of the run. Can be repeated.", HelpName = "TAG", AllowMultipleArgumentsPerToken = false };

    public Option<bool> DryRun { get; } = new("--dry-run", "-n") { Description = "Run the steps, but save no artifacts and no exports. The run is recorded." };

    public Option<bool> Json { get; } = Shell.Json.Option();

    public IReadOnlyList<Symbol> Symbols => [Flow, Template, Parameters.Set, Parameters.Secret, Tag, DryRun, Json];
}

internal sealed class FlowResumeArguments : IFlowArguments
{
    public FlowResumeArguments() => Run.Arity = ArgumentArity.ZeroOrOne;

    public Argument<string> Run { get; } = RunArgument.Reference($"{RunArgument.RunText} Default: the newest run of the flow that has not succeeded.");

    public Option<string?> Flow { get; } = new("--flow") { Description = "The flow, if RUN is omitted and the program has several.", HelpName = "FLOW" };

    public Option<string?> From { get; } = new("--from") { Description = "The step that runs again in any case, with all after it.", HelpName = "STEP" };

    public Option<bool> Plan { get; } = new("--plan") { Description = "Print what would be taken over, what would run, and why. Nothing is changed." };

    public FlowParameterOptions Parameters { get; } = new();

    public Option<string[]> Tag { get; } = new("--tag") { Description = "A tag of the new run. Can be repeated.", HelpName = "TAG", AllowMultipleArgumentsPerToken = false };

    public Option<bool> Json { get; } = Shell.Json.Option();

    public IReadOnlyList<Symbol> Symbols => [Run, Flow, From, Plan, Parameters.Set, Parameters.Secret, Tag, Json];
}

internal sealed class FlowTaskArguments : IFlowArguments
{
    public Argument<string> Run { get; } = RunArgument.Reference();

    public Argument<string> Step { get; } = new("step") { Description = "The step: a foreach whose items other processes run.", HelpName = "STEP" };

    public Argument<string> Item { get; } = new("item") { Description = "The key of the item, as 'items' prints it.", HelpName = "ITEM" };

    public Option<bool> Json { get; } = Shell.Json.Option();

    public IReadOnlyList<Symbol> Symbols => [Run, Step, Item, Json];
}

internal sealed class FlowItemsArguments : IFlowArguments
{
    public Argument<string> Run { get; } = RunArgument.Reference();

    public Argument<string> Step { get; } = new("step") { Description = "The step: a foreach.", HelpName = "STEP" };

    public Option<bool> Json { get; } = Shell.Json.Option();

    public IReadOnlyList<Symbol> Symbols => [Run, Step, Json];
}
