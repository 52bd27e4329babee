namespace Cairn.Analyzers.Tests;

public sealed class CompletedWriteTests
{
    private const string Open = """await store.OpenWriteAsync("a", mode)""";

    [Theory]
    [InlineData($"await using var s = {Open}; await source.CopyToAsync(s);")]
    [InlineData($"await using (var s = {Open}) {{ s.WriteByte(1); await s.FlushAsync(); }}")]
    [InlineData($"var s = {Open}; s.Dispose();")]
    [InlineData($"{Open};")]
    [InlineData($"_ = {Open};")]
    [InlineData($"using var w = new StreamWriter({Open}); w.Write(1);")]
    [InlineData($"await source.CopyToAsync({Open});")]
    [InlineData($"await using ({Open}) {{ }}")]
    [InlineData($"await using Stream s = {Open}; s.WriteByte(1);")]
    [InlineData($"var s = {Open}; await using var closing = s.ConfigureAwait(false); await s.WriteAsync(new byte[1]);")]
    [InlineData($"StoreWriteStream s; s = {Open}; s.WriteByte(1);")]
    [InlineData($"await using var s = {Open}; if (s.CanSeek) s.WriteByte(1);")]
    [InlineData($"await using var s = {Open}; void Write() => s.WriteByte(1); Write();")]
    public async Task A_stream_that_nothing_completes_is_reported(string body) =>
        (await Analysis.ReportsAsync(new CompletedWriteAnalyzer(), body)).ShouldBe([Open]);

    [Theory]
    [InlineData("""await using var s = await store.OpenWriteAsync("a", mode).ConfigureAwait(false); s.WriteByte(1);""", """await store.OpenWriteAsync("a", mode).ConfigureAwait(false)""")]
    [InlineData("""await using var s = await io.OpenWriteAsync("mem://a/b", mode); s.WriteByte(1);""", """await io.OpenWriteAsync("mem://a/b", mode)""")]
    public async Task However_it_is_opened(string body, string reported) =>
        (await Analysis.ReportsAsync(new CompletedWriteAnalyzer(), body)).ShouldBe([reported]);

    [Theory]
    [InlineData($"await using var s = {Open}; await source.CopyToAsync(s); await s.CompleteAsync();")]
    [InlineData($"await using (var s = {Open}) await s.CompleteAsync().ConfigureAwait(false);")]
    [InlineData($"await using var s = {Open}; if (source.CanRead) await s.CompleteAsync();")]
    [InlineData($"await using var s = {Open}; await s!.CompleteAsync();")]
    [InlineData($"await using var s = {Open}; await Task.Run(() => s.CompleteAsync());")]
    [InlineData($"await using var s = {Open}; Func<Task> end = async () => await s.CompleteAsync(); await end();")]
    [InlineData($"return {Open};")]
    [InlineData($"var s = {Open}; return s;")]
    [InlineData($"_field = {Open};")]
    [InlineData($"var s = {Open}; _field = s;")]
    [InlineData($"await UseAsync({Open});")]
    [InlineData($"await using var s = {Open}; await UseAsync(s);")]
    [InlineData($"var all = new List<StoreWriteStream>(); all.Add({Open});")]
    [InlineData($"var both = ({Open}, 1); await both.Item1.CompleteAsync();")]
    [InlineData($"var s = {Open}; var t = s; await t.CompleteAsync();")]
    [InlineData($"await using Stream s = {Open}; await ((StoreWriteStream)s).CompleteAsync();")]
    [InlineData($"await using Stream s = {Open}; if (s is StoreWriteStream w) await w.CompleteAsync();")]
    [InlineData($"object s = {Open}; GC.KeepAlive(s);")]
    [InlineData("""var opening = store.OpenWriteAsync("a", mode); await (await opening).CompleteAsync();""")]
    [InlineData("""await store.WriteTextAsync("a", "b", mode);""")]
    public async Task One_that_is_completed_or_handed_on_is_not(string body) =>
        (await Analysis.ReportsAsync(new CompletedWriteAnalyzer(), body)).ShouldBeEmpty();
}
