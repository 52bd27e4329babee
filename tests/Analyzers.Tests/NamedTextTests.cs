using Cairn.Artifacts;

namespace Cairn.Analyzers.Tests;

public sealed class NamedTextTests
{
    [Theory]
    [InlineData("""await repository.SaveAsync("models/m1", "text");""", "\"text\"")]
    [InlineData("""var name = "n"; await repository.SaveAsync("text", name);""", "name")]
    [InlineData("""await repository.SaveAsync<string>("text", "n");""", "\"n\"")]
    public async Task A_text_that_is_saved_under_a_bare_text_is_reported(string body, string reported) =>
        (await Analysis.ReportsAsync(new NamedTextAnalyzer(), body)).ShouldBe([reported]);

    [Theory]
    [InlineData("""await repository.SaveAsync("text", new SaveOptions { Name = "n" });""")]
    [InlineData("""await repository.SaveAsync("text", new() { Name = "n" });""")]
    [InlineData("""await repository.SaveAsync("text", options: "n");""")]
    [InlineData("""await repository.SaveAsync("text", null);""")]
    [InlineData("""await repository.SaveAsync("text");""")]
    [InlineData("""await repository.SaveAsync(5, "n"); await repository.SaveAsync(5, null); await repository.SaveAsync(5, new() { Name = "n" });""")]
    [InlineData("""object value = 5; await repository.SaveAsync(value, null); await repository.SaveAsync(value, "n"); await repository.SaveAsync(value, new() { Name = "n" });""")]
    public async Task Other_saves_are_not_and_none_is_ambiguous(string body) =>
        (await Analysis.ReportsAsync(new NamedTextAnalyzer(), body)).ShouldBeEmpty();
}
