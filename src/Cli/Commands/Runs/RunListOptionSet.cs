using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

/// <summary>The options that select runs.</summary>
internal sealed class RunListOptionSet
{
    private readonly Option<string?> _flow = new("--flow") { Description = "The runs of this flow. Case does not count.", HelpName = "FLOW" };
    private readonly Option<string?> _status = new("--status") { Description = "The runs with this status: pending, running, succeeded, failed, cancelled or lost.", HelpName = "STATUS" };
    private readonly Option<string?> _tag = new("--tag") { Description = "The runs with this tag.", HelpName = "TAG" };
    private readonly Option<string[]> _parameter = Condition("--parameter", "A condition on a parameter, such as 'lr<0.1' or 'site.region=north'");
    private readonly Option<string[]> _metric = Condition("--metric", "A condition on the last value of a metric, such as 'accuracy>=0.9'");
    private readonly Option<string?> _since = new("--since") { Description = "The runs that began since a time: '2026-11-28T15:00:00Z', '2026-11-28', or '7d' ago.", HelpName = "TIME" };
    private readonly Option<bool> _deleted = new("--deleted") { Description = "Include deleted runs." };
    private readonly Option<bool> _cached = FreshnessOption.Create();

    public Option<bool> Cached => _cached;

    public Command AddTo(Command command)
    {
        foreach (var option in (Option[])[_flow, _status, _tag, _parameter, _metric, _since, _deleted, _cached])
            command.Add(option);
        return command;
    }

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">An option is not valid.</exception>
    public RunListOptions Read(ParseResult parsed) => new()
    {
        Flow = parsed.GetValue(_flow),
        Status = parsed.GetValue(_status) is { } text ? Status(text, _status.Name) : null,
        Tag = parsed.GetValue(_tag),
        Parameters = [.. (parsed.GetValue(_parameter) ?? []).Select(c => ConditionText.Parse(c, _parameter.Name))],
        Metrics = [.. (parsed.GetValue(_metric) ?? []).Select(c => ConditionText.Parse(c, _metric.Name))],
        Since = parsed.GetValue(_since) is { } time ? TimeText.Parse(time, _since.Name) : null,
        IncludeDeleted = parsed.GetValue(_deleted),
        Freshness = FreshnessOption.Read(parsed, _cached),
    };

    /// <summary>Parses a status.</summary>
    /// <exception cref="UsageException">The text is not a status.</exception>
    public static RunStatus Status(string text, string option) => Enum.TryParse<RunStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(text[0])
        ? status
        : throw new UsageException($"{option} takes a status such as succeeded, failed or cancelled, but the value is '{text}'.");

    private static Option<string[]> Condition(string name, string description) =>
        new(name) { Description = $"{description}: =, <, <=, > or >=. Can be repeated; all have to hold.", HelpName = "CONDITION", AllowMultipleArgumentsPerToken = false };
}
