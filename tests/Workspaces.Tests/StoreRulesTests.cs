using Cairn.Flavors;
using Cairn.Workspaces;

namespace Cairn.Tests.Workspaces;

public sealed class StoreRulesTests : IDisposable
{
    private const string Secret = "hunter2-the-secret";
    private readonly TempFolder _folder = new();
    private readonly FlavorRegistry _flavors = SampleFlavors.Create();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData("-ab")]
    [InlineData("äb")]
    public async Task A_name_has_at_least_two_plain_characters(string name) =>
        (await RefusedAsync(new(name, "local", StoreUri.Parse("file:///x")))).ShouldContain("is not a valid name for a store");

    [Fact]
    public async Task Unknown_flavors_list_what_there_is() =>
        (await RefusedAsync(new("far", "clod", StoreUri.Parse("cl://x")))).ShouldContain("available: cloud, local");

    [Fact]
    public async Task A_root_of_another_scheme_lists_the_schemes() =>
        (await RefusedAsync(new("far", "cloud", StoreUri.Parse("s3://x")))).ShouldContain("cl://, cls://");

    [Fact]
    public async Task Unknown_options_list_what_there_is()
    {
        var message = await RefusedAsync(Cloud(("regon", Secret)));
        message.ShouldContain("'regon' is not an option");
        message.ShouldContain("access-key");
        message.ShouldContain("region");
        message.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_required_option_is_asked_for() => (await RefusedAsync(Cloud(("tries", "2")))).ShouldContain("requires the option 'region'");

    [Theory]
    [InlineData(Secret)]
    [InlineData("env:")]
    [InlineData("file:")]
    [InlineData("env:" + Secret + "=x")]
    [InlineData("ENV:NAME")]
    public async Task A_secret_is_refused_as_a_literal_and_never_shown(string value)
    {
        var message = await RefusedAsync(Cloud(("region", "n"), ("access-key", value)));
        message.ShouldContain("env:NAME or file:PATH");
        message.ShouldNotContain(Secret);
        (await File.ReadAllTextAsync(_folder[".cairn/workspace.json"], Cancel)).ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("part-size", "big")]
    [InlineData("part-size", "-1")]
    [InlineData("timeout", "soon")]
    [InlineData("path-style", "maybe")]
    [InlineData("tries", "1.5")]
    [InlineData("share", "half")]
    public async Task A_value_of_another_type_is_refused(string option, string value) =>
        (await RefusedAsync(Cloud(("region", "n"), (option, value)))).ShouldContain($"option '{option}' must be of type");

    [Theory]
    [InlineData("part-size", "64MiB")]
    [InlineData("timeout", "90s")]
    [InlineData("path-style", "yes")]
    [InlineData("tries", "-1")]
    [InlineData("share", "0.5")]
    public async Task A_value_of_the_type_is_taken(string option, string value)
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await workspace.RegisterAsync(Cloud(("region", "n"), (option, value)), Cancel);
        workspace.Read().Find("far").Options[option].ShouldBe(value);
    }

    [Fact]
    public async Task An_enum_lists_its_words() =>
        (await RefusedAsync(new("near", "local", StoreUri.Parse("file:///x")) { Options = new Dictionary<string, string> { ["durability"] = "some" } })).ShouldContain("full|none");

    [Fact]
    public async Task Secrets_are_resolved_when_asked_for()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await File.WriteAllTextAsync(_folder["key.txt"], Secret + "\n", Cancel);
        Environment.SetEnvironmentVariable("CAIRN_TEST_RULES_KEY", Secret);
        var told = new List<string>();
        foreach (var reference in new[] { "env:CAIRN_TEST_RULES_KEY", "file:key.txt", "file:" + _folder["key.txt"] })
        {
            var values = await workspace.ResolveOptionsAsync(Cloud(("region", "n"), ("access-key", reference)), told.Add, Cancel);
            values["access-key"].ShouldBe(Secret);
            values["region"].ShouldBe("n");
        }
        told.ShouldBe([Secret, Secret, Secret]);
    }

    [Theory]
    [InlineData("env:CAIRN_TEST_NOT_SET", "CAIRN_TEST_NOT_SET is not set")]
    [InlineData("file:/nowhere/key", "/nowhere/key cannot be read")]
    public async Task A_secret_that_cannot_be_read_is_a_clear_error(string reference, string expected)
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        var error = await Should.ThrowAsync<StoreException>(workspace.ResolveOptionsAsync(Cloud(("region", "n"), ("access-key", reference)), null, Cancel).AsTask());
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain("access-key");
        error.Message.ShouldContain(expected);
    }

    private static RegisteredStore Cloud(params (string Name, string Value)[] options) =>
        new("far", "cloud", StoreUri.Parse("cl://bucket")) { Options = options.ToDictionary(o => o.Name, o => o.Value) };

    private async Task<string> RefusedAsync(RegisteredStore store)
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        var error = await Should.ThrowAsync<StoreException>(async () => await workspace.RegisterAsync(store, Cancel));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        workspace.Read().Stores.Count.ShouldBe(1);
        return error.Message;
    }
}
