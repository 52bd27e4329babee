using System.Text.Json;
using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Work;

/// <summary>What a process of workers shall do.</summary>
internal sealed record WorkPlan(Place Place, string Name)
{
    public int Seed { get; init; }

    /// <summary>How many workers run at the same time.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How many calls each worker makes; 0 until it is killed.</summary>
    public int Calls { get; init; }

    /// <summary>The folder for the index.</summary>
    public string IndexFolder { get; init; } = "";

    /// <summary>Whether each worker lists all assets after every call.</summary>
    public bool Lists { get; init; }

    /// <summary>Whether the workers share one catalog, and so queue up within the process.</summary>
    public bool IsShared { get; init; }

    /// <summary>The calls to choose from; one that is more frequent is here more than once.</summary>
    public IReadOnlyList<Deed> Deeds { get; init; } = [];

    /// <summary>The names of the assets.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    /// <summary>Names that assets may take besides.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public static WorkPlan Parse(string text) => JsonSerializer.Deserialize<WorkPlan>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
