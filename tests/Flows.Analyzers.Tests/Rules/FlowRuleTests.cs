namespace Cairn.Flows.Analyzers.Tests.Rules;

/// <summary>CAIRN005 to CAIRN007: what a step shares with another, the order of items, and cached steps.</summary>
public sealed class FlowRuleTests
{
    [Theory]
    [InlineData(""".Step("a", (s, c) => x = 1).Step("b", (s, c) => s.A = x)""", "x")]
    [InlineData(""".Step("a", (s, c) => { x++; }).Step("b", async (s, c) => { await Task.Yield(); s.A = x + x; })""", "x")]
    [InlineData(""".Step("a", (s, c) => list.Add(1)).Step("b", (s, c) => s.A = list.Count)""", "list")]
    [InlineData(""".Step("a", (s, c) => array[0] = 1).Step("b", (s, c) => s.A = array[0])""", "array")]
    [InlineData(""".Step("a", (s, c) => int.TryParse("1", out x)).Step("b", (s, c) => s.A = x)""", "x")]
    [InlineData(""".Step("a", (s, c) => (x, y) = (1, 2)).Step("b", (s, c) => s.A = x)""", "x")]
    [InlineData(""".ForEach("a", s => s.Items, (s, i, c) => x += i).Join("b", (s, inputs, c) => s.A = x)""", "x")]
    [InlineData(""".Branch(b => b.Step("a", (s, c) => x = 1).Step("b", (s, c) => s.A = x))""", "x")]
    [InlineData(""".Step("a", (s, c) => _field = 1).Step("b", (s, c) => s.A = _field)""", "_field")]
    [InlineData(""".Step("a", (s, c) => Total = 1).Step("b", (s, c) => s.A = Total)""", "Total")]
    [InlineData(""".Step("a", (s, c) => _field = 1).Step("b", Use)""", "_field")]
    [InlineData(""".Step("a", (s, c) => { void Set() => x = 1; Set(); }).Step("b", (s, c) => s.A = x)""", "x")]
    public async Task CAIRN005_a_variable_that_another_step_changes(string calls, string variable) =>
        (await Reports.OfFlowAsync(calls, Variables, Members)).ShouldBe([$"CAIRN005 {variable}"]);

    [Fact]
    public async Task CAIRN005_reports_each_step_that_uses_what_another_one_changes_once() =>
        (await Reports.OfFlowAsync(""".Step("a", (s, c) => x = x + 1).Step("b", (s, c) => { s.A = x; x = 2; }).Step("c", (s, c) => s.A = x)""", Variables, Members))
            .ShouldBe(["CAIRN005 x", "CAIRN005 x", "CAIRN005 x"]);

    [Theory]
    [InlineData(""".Step("a", (s, c) => s.A = x).Step("b", (s, c) => s.A = x)""")]
    [InlineData(""".Step("a", (s, c) => { x = 1; s.A = x; }).Step("b", (s, c) => { var y = 2; s.A = y; })""")]
    [InlineData(""".Step("a", (s, c) => { var z = 1; z++; s.A = z; }).Step("b", (s, c) => { var z = 2; s.A = z; })""")]
    [InlineData(""".Step("a", (s, c) => s.Items.Add(1)).Step("b", (s, c) => s.A = s.Items.Count)""")]
    [InlineData(""".Step("a", (s, c) => s.A = list.Count).Step("b", (s, c) => s.A = list[0])""")]
    [InlineData(""".Step("a", (s, c) => s.A = _field).Step("b", Use)""")]
    [InlineData(""".Step("a", SetParameter).Step("b", SetParameter)""")]
    public async Task CAIRN005_leaves_alone_what_no_other_step_changes(string calls) => (await Reports.OfFlowAsync(calls, Variables, Members)).ShouldBeEmpty();

    private const string Variables = "int x = 0, y = 0; var list = new List<int>(); var array = new int[1];";

    private const string Members = """
        int _field;
        int Total { get; set; }
        void Use(S s, Cairn.Catalog.StepContext c) => s.A = _field;
        void SetParameter(S s, Cairn.Catalog.StepContext c) { s = new(); s.A = 1; }
        """;

    [Theory]
    [InlineData("int", "s => s.Set", "s.Set")]
    [InlineData("KeyValuePair<string, int>", "s => s.Map", "s.Map")]
    [InlineData("string", "s => s.Map.Keys", "s.Map.Keys")]
    [InlineData("int", "s => s.Map.Values.Where(v => v > 1)", "s.Map.Values")]
    [InlineData("int", "s => s.Set.Select(v => v + 1).ToList()", "s.Set")]
    [InlineData("int", "s => { if (s.A > 1) return s.Items; return s.Set; }", "s.Set")]
    [InlineData("int", "s => [.. s.Set]", "s.Set")]
    [InlineData("int", "s => (IEnumerable<int>)s.Set", "s.Set")]
    [InlineData("int", "s => new System.Collections.Concurrent.ConcurrentBag<int>()", "new System.Collections.Concurrent.ConcurrentBag<int>()")]
    [InlineData("int", "s => new Dictionary<int, int>() is IReadOnlyDictionary<int, int> d ? d.Keys : []", null)]
    [InlineData("string", "s => ((IReadOnlyDictionary<string, int>)s.Map).Keys", "((IReadOnlyDictionary<string, int>)s.Map).Keys")]
    public async Task CAIRN006_items_without_an_order(string item, string items, string? source) =>
        (await Reports.OfFlowAsync($""".ForEach<{item}>("a", {items}, (s, i, c) => s.A = 1)""")).ShouldBe(source is null ? [] : [$"CAIRN006 {source}"]);

    [Theory]
    [InlineData("int", "s => s.Items", "")]
    [InlineData("int", "s => s.Items.Select(i => i + 1)", "")]
    [InlineData("int", "s => s.Set.Order()", "")]
    [InlineData("int", "s => s.Set.Where(i => i > 1).OrderByDescending(i => i).Select(i => i + 1)", "")]
    [InlineData("KeyValuePair<string, int>", "s => s.Map.OrderBy(p => p.Key)", "")]
    [InlineData("int", "s => new SortedSet<int>()", "")]
    [InlineData("int", "s => new SortedDictionary<int, int>().Keys", "")]
    [InlineData("int", "s => s.Set", ", new() { Key = i => $\"{i}\" }")]
    [InlineData("int", "s => { Func<IEnumerable<int>> inner = () => s.Set; return s.Items; }", "")]
    public async Task CAIRN006_leaves_ordered_items_and_items_with_a_key_alone(string item, string items, string options) =>
        (await Reports.OfFlowAsync($""".ForEach<{item}>("a", {items}, (s, i, c) => s.A = 1{options})""")).ShouldBeEmpty();

    [Theory]
    [InlineData("DateTime.Now")]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTimeOffset.UtcNow")]
    [InlineData("Random.Shared")]
    [InlineData("new Random()")]
    [InlineData("Guid.NewGuid()")]
    [InlineData("Environment.TickCount64")]
    [InlineData("TimeProvider.System.GetUtcNow()")]
    public async Task CAIRN007_the_time_or_chance_in_a_cached_step(string use)
    {
        (await Reports.OfFlowAsync($$""".Step("a", (s, c) => s.A = {{use}}.GetHashCode(), new() { Cache = StepCache.On("1") })""")).ShouldBe([$"CAIRN007 {use}"]);
        (await Reports.OfFlowAsync($$""".ForEach("a", s => s.Items, (s, i, c) => s.A = {{use}}.GetHashCode(), new() { Parallelism = 2, Cache = StepCache.On("1") })""")).ShouldBe([$"CAIRN007 {use}"]);
        (await Reports.OfFlowAsync(""".Step("a", Body, new() { Cache = StepCache.On("1") })""", "", $"static void Body(S s, Cairn.Catalog.StepContext c) => s.A = {use}.GetHashCode();")).ShouldBe([$"CAIRN007 {use}"]);
        (await Reports.OfFlowAsync(""".Join("a", Body, options with { Cache = StepCache.On("1") })""", "var options = new StepOptions();", $"static void Body(S s, JoinInputs<S> i, Cairn.Catalog.StepContext c) {{ s.A = {use}.GetHashCode(); }}")).ShouldBe([$"CAIRN007 {use}"]);
    }

    [Theory]
    [InlineData(""".Step("a", (s, c) => s.A = DateTime.Now.Year)""")]
    [InlineData(""".Step("a", (s, c) => s.A = DateTime.Now.Year, new() { Retry = new(3) })""")]
    [InlineData(""".Step("a", (s, c) => s.A = DateTime.Now.Year, new() { Cache = null })""")]
    [InlineData(""".Step("a", (s, c) => s.A = new Random(1).Next(), new() { Cache = StepCache.On("1") })""")]
    [InlineData(""".Step("a", (s, c) => s.A = new DateTime(2020, 1, 1).Year, new() { Cache = StepCache.On("1") })""")]
    [InlineData(""".ForEach("a", s => Enumerable.Range(0, DateTime.Now.Year), (s, i, c) => s.A = 1, new() { Cache = StepCache.On("1") })""")]
    public async Task CAIRN007_leaves_other_steps_and_repeatable_values_alone(string calls) => (await Reports.OfFlowAsync(calls)).ShouldBeEmpty();

    [Fact]
    public async Task Methods_of_the_same_names_elsewhere_are_left_alone() => (await Reports.OfAsync("""
        class Flow<T>
        {
            public Flow<T> Step(string name, Action<T> body, Options? options = null) => this;
            static void Build() { var x = 1; new Flow<int>().Step("a", _ => x = DateTime.Now.Year, new() { Cache = "1" }).Step("b", _ => Console.Write(x)); }
        }
        class Options { public string? Cache; }
        """)).ShouldBeEmpty();
}
