using Cairn.Providers;
using Cairn.Providers.Memory;
using Microsoft.Extensions.Logging;

namespace Cairn.Tests.Errors;

/// <summary>What a driver tells of requests that it sends again reaches the program's log.</summary>
public sealed class ServiceRetriesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_is_sent_again_is_logged_as_information_and_from_the_third_failure_on_as_a_warning(bool hasOptions)
    {
        var (provider, log) = (new TellingProvider(), new LevelLogger());
        var values = hasOptions ? new Dictionary<string, string> { ["max-concurrency"] = "2" } : null;
        await using var store = await ArtifactStore.OpenAsync(provider, "mem://retried", values, new() { LoggerFactory = log });
        for (var failed = 1; failed <= 3; failed++)
            provider.Retrying!(new("http://host:1", "the service could not be reached", failed, TimeSpan.FromSeconds(1), new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        log.Lines.ShouldContain("Warning http://host:1: the service could not be reached (3 times); the request is sent again until 03:04:05Z");
        log.Lines.Where(static l => l.Contains("http://host:1", StringComparison.Ordinal)).Select(static l => l.Split(' ')[0]).ShouldBe(["Information", "Information", "Warning"]);
    }

    [Fact]
    public async Task Nobody_is_told_without_a_log()
    {
        var provider = new TellingProvider();
        await using var store = await ArtifactStore.OpenAsync(provider, "mem://retried");
        provider.Retrying.ShouldBeNull();
    }

    private sealed class TellingProvider : IStoreProvider
    {
        public Action<RetryNotice>? Retrying { get; private set; }

        public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken)
        {
            Retrying = context.Retrying;
            return new MemoryProvider().OpenAsync(context, cancellationToken);
        }
    }

    private sealed class LevelLogger : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel} {formatter(state, exception)}");

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
