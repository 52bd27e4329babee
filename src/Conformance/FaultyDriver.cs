using Cairn.Providers;

namespace Cairn.Conformance;

/// <summary>A layer that fails an upload at one step, as a broken connection does.</summary>
/// <param name="inner">The inner driver.</param>
/// <param name="step">The step that fails.</param>
internal sealed class FaultyDriver(StoreDriver inner, FaultyDriver.Step step) : DelegatingStoreDriver(inner)
{
    public enum Step
    {
        Begin,
        FirstPartBefore,
        FirstPartAfter,
        SecondPartAfter,
        CompletionBefore,
        CompletionAfter,
    }

    /// <summary>The exception that is thrown, which tests can recognize.</summary>
    public sealed class Break() : IOException("the connection broke");

    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        if (step == Step.Begin)
            throw new Break();
        return new Upload(await base.BeginUploadAsync(request, cancellationToken), step);
    }

    private sealed class Upload(StoreUpload inner, Step step) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            if (step == Step.FirstPartBefore && part.Number == 0)
                throw new Break();
            await base.WritePartAsync(part, cancellationToken);
            if ((step == Step.FirstPartAfter && part.Number == 0) || (step == Step.SecondPartAfter && part.Number == 1))
                throw new Break();
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            if (step == Step.CompletionBefore)
                throw new Break();
            var info = await base.CompleteAsync(last, cancellationToken);
            return step == Step.CompletionAfter ? throw new Break() : info;
        }
    }
}
