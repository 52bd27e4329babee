using System.Text.Json.Nodes;
using Cairn.Catalog.Records;

namespace Cairn.Catalog;

/// <summary>The error of a run or of a task.</summary>
/// <param name="Type">The full name of the exception's type.</param>
/// <param name="Message">The message.</param>
public sealed record RunFailure(string Type, string Message)
{
    /// <summary>Gets the text of the exception with its stack; null for the error of a run, whose task has it.</summary>
    public string? Stack { get; init; }

    /// <summary>Gets the step that failed; null if the run failed outside its steps.</summary>
    public string? Step { get; init; }

    /// <summary>Gets the item that failed; null for a plain step.</summary>
    public string? Item { get; init; }

    internal JsonObject ToJson()
    {
        var node = new JsonObject { ["type"] = Type, ["message"] = Message };
        foreach (var (name, value) in new[] { ("stack", Stack), ("step", Step), ("item", Item) })
        {
            if (value is not null)
                node[name] = value;
        }
        return node;
    }

    internal static RunFailure? Of(JsonNode? node) => Record.OptionalObject(node, "error") is { } error
        ? new(Record.Text(error["type"]) ?? throw Record.Wrong("error"), Record.Text(error["message"]) ?? throw Record.Wrong("error"))
        {
            Stack = Record.OptionalText(error["stack"], "stack"),
            Step = Record.OptionalText(error["step"], "step"),
            Item = Record.OptionalText(error["item"], "item"),
        }
        : null;
}
