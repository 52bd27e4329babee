using Cairn.Streams;

namespace Cairn.Providers.S3.Tests;

/// <summary>A connection on which nothing moves for the period.</summary>
public sealed class IdleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The end of the period closes the connection, and a read that succeeded meanwhile does not tell.</summary>
    [Fact]
    public async Task A_period_that_ends_while_a_piece_arrives_is_a_timeout_of_the_next_read()
    {
        var closed = new ClosedMeanwhileStream();
        using var client = new HttpMessageInvoker(new S3IdleHandler(new AnsweringHandler(closed), TimeSpan.FromMilliseconds(1), contact: null));
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://localhost"), Cancel);
        var body = await response.Content.ReadAsStreamAsync(Cancel);
        (await body.ReadAtLeastAsync(new byte[10], 1, cancellationToken: Cancel)).ShouldBe(1);
        (await Should.ThrowAsync<HttpRequestException>(async () => await body.ReadExactlyAsync(new byte[10], Cancel))).InnerException.ShouldBeOfType<TimeoutException>();
        await body.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await body.ReadExactlyAsync(new byte[10], Cancel));
    }

    private sealed class AnsweringHandler(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body) });
    }

    /// <summary>Gives a piece once its reader has lost patience, and is closed by that.</summary>
    private sealed class ClosedMeanwhileStream : ReadOnlyStream
    {
        private bool _isClosed;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => _isClosed = true, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return 1;
        }
    }
}
