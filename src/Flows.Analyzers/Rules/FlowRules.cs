using Microsoft.CodeAnalysis;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>The rules, with the text of their messages.</summary>
public static class FlowRules
{
    /// <summary>CAIRN001.</summary>
    public static readonly DiagnosticDescriptor NoMaterializer = Warning(
        "CAIRN001",
        "A property of a state has a type that cannot be saved",
        "{0} is of type {1}, and {2}, so a step that sets it fails when it ends: use a type that can be saved, or mark the property [NotAnArtifact]");

    /// <summary>CAIRN002.</summary>
    public static readonly DiagnosticDescriptor NeitherPartialNorMarked = Warning(
        "CAIRN002",
        "A property of a state is neither partial nor marked [NotAnArtifact]",
        "{0} can be set and is not an artifact, so its value is lost when the step ends: declare it as partial, or mark it [NotAnArtifact]");

    /// <summary>CAIRN003.</summary>
    public static readonly DiagnosticDescriptor NotContent = Warning(
        "CAIRN003",
        "A property of a state holds something that is not content",
        "{0} holds {1}, which belongs to this process and means nothing to a later step: keep it out of the state, or mark the property [NotAnArtifact]");

    /// <summary>CAIRN004.</summary>
    public static readonly DiagnosticDescriptor LooksLikeSecret = Warning(
        "CAIRN004",
        "A property of a state looks like a secret",
        "The name of {0} says that it is a secret, and everybody who can read the store could read it: mark it [Secret], so that it stays in memory");

    /// <summary>CAIRN005.</summary>
    public static readonly DiagnosticDescriptor SharedVariable = Warning(
        "CAIRN005",
        "A step uses a variable that another step changes",
        "'{0}' is changed by another step. The run does not record that, and a resumed run, which skips that step, would not have the value: pass it in a property of the state.");

    /// <summary>CAIRN006.</summary>
    public static readonly DiagnosticDescriptor UnstableOrder = Warning(
        "CAIRN006",
        "The items of a foreach have no stable order",
        "The items come from {0}, whose order may differ between runs, so that the same index is another item when the run is resumed: sort them, or give each item a key");

    /// <summary>CAIRN007.</summary>
    public static readonly DiagnosticDescriptor NotRepeatable = Warning(
        "CAIRN007",
        "A cached step depends on the time or on chance",
        "{0} gives another value in each run, and the step is cached, so that later runs get the value of an earlier one: pass it in as a parameter or a property of the state, or do not cache the step");

    /// <summary>CAIRN008.</summary>
    public static readonly DiagnosticDescriptor SameButForCase = Warning(
        "CAIRN008",
        "Two properties of a state differ only by case",
        "{0} and {1} differ only by case, and people who load them by name will confuse them: rename one");

    /// <summary>CAIRN009.</summary>
    public static readonly DiagnosticDescriptor NotImplementable = Error(
        "CAIRN009",
        "A partial property of a state cannot be an artifact",
        "{0} cannot be an artifact: {1}");

    /// <summary>CAIRN010.</summary>
    public static readonly DiagnosticDescriptor NotExtensible = Error(
        "CAIRN010",
        "A class cannot be a state",
        "{0} cannot be a state: {1}");

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Error(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Rule(string id, string title, string message, DiagnosticSeverity severity) =>
        new(id, title, message, "Flows", severity, isEnabledByDefault: true);
}
