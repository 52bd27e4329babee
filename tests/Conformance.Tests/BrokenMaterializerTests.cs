using System.Text;
using System.Text.Json;
using Cairn.Materializers;

namespace Cairn.Conformance.Tests;

/// <summary>The suite for materializers is itself tested: each broken one turns a test red that is green over one that is not.</summary>
public sealed class BrokenMaterializerTests
{
    [Theory]
    [InlineData(Fault.LosesTheEnd, "A_value_comes_back_equal")]
    [InlineData(Fault.LosesTheEnd, "A_huge_value_comes_back_equal")]
    [InlineData(Fault.LosesTheEnd, "Nothing_is_saved_that_does_not_come_back")]
    [InlineData(Fault.ServesWhatItLoses, "Nothing_is_saved_that_does_not_come_back")]
    [InlineData(Fault.RefusesEmpty, "Nothing_comes_back_as_nothing")]
    [InlineData(Fault.WritesTheTime, "Equal_values_give_equal_artifacts")]
    [InlineData(Fault.KeepsState, "Many_callers_at_once_do_not_meet")]
    [InlineData(Fault.LooksTypesUp, "No_stored_text_chooses_a_type")]
    [InlineData(Fault.IgnoresTheToken, "A_save_stops_when_it_is_cancelled")]
    [InlineData(Fault.IgnoresTheToken, "A_load_stops_when_it_is_cancelled")]
    [InlineData(Fault.WrapsFailures, "A_failure_of_the_store_passes_as_it_is")]
    [InlineData(Fault.ShowsNothing, "Facts_and_previews_are_given_for_every_value")]
    public async Task A_fault_turns_its_test_red(Fault fault, string test)
    {
        (await RunAsync(Fault.None, test)).ShouldBeNull();
        (await RunAsync(fault, test)).ShouldNotBeNull($"{test} is green over a materializer that {fault}.");
    }

    private static async Task<Exception?> RunAsync(Fault fault, string test)
    {
        FaultyHarness.Current.Value = fault;
        await using var suite = new FaultySuite();
        await suite.InitializeAsync();
        return await Record.ExceptionAsync(() => (Task)typeof(FaultySuite).GetMethod(test)!.Invoke(suite, [])!);
    }

    public enum Fault
    {
        None,
        LosesTheEnd,
        RefusesEmpty,
        WritesTheTime,
        KeepsState,
        LooksTypesUp,
        IgnoresTheToken,
        WrapsFailures,
        ShowsNothing,
        ServesWhatItLoses,
    }

    private sealed class FaultySuite : MaterializerTests<FaultyHarness>;

    private sealed class FaultyHarness : MaterializerHarness
    {
        public static readonly AsyncLocal<Fault> Current = new();

        public override IEnumerable<MaterializerSample> Samples => [MaterializerSample.Of(new Note("one")), MaterializerSample.Of(new Note("another"))];

        public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(new Note(""))];

        public override IEnumerable<MaterializerSample> Hard => [MaterializerSample.Of(new Note("a\0b"))];

        public override Materializer Create() => Current.Value == Fault.ServesWhatItLoses ? new PlainJson() : new NoteMaterializer(Current.Value);

        public override MaterializerSample Huge(int length) => MaterializerSample.Of(new Note(new string('n', length)));
    }

    private sealed record Note(string Text);

    /// <summary>JSON as the serializer writes it, which is what the built-in one was once.</summary>
    private sealed class PlainJson : Materializer
    {
        public override string Id => "plain";

        public override string MediaType => "application/json";

        public override IReadOnlyList<ServedType> Types => [ServedType.Any];

        public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
        {
            await using var stream = writer.Create("value.json");
            await JsonSerializer.SerializeAsync(stream, value, type, cancellationToken: cancellationToken);
        }

        public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
        {
            await using var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken);
            return (await JsonSerializer.DeserializeAsync(stream, type, cancellationToken: cancellationToken))!;
        }
    }

    private sealed class NoteMaterializer(Fault fault) : Materializer<Note>
    {
        private static int _saves;
        private string? _kept;

        public override string Id => "note";

        public override string MediaType => "text/plain";

        public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
            new(fault == Fault.ShowsNothing ? ArtifactPreview.OfImage("image/png", default) : ArtifactPreview.OfText("a note"));

        protected override async ValueTask SaveAsync(Note value, ArtifactWriter writer, CancellationToken cancellationToken)
        {
            if (fault == Fault.RefusesEmpty && value.Text.Length == 0)
                throw new InvalidOperationException("there is nothing to save");
            var text = fault == Fault.WritesTheTime ? $"{value.Text}{Interlocked.Increment(ref _saves)}" : value.Text;
            if (fault == Fault.KeepsState)
                text = _kept ??= text;
            var token = fault == Fault.IgnoresTheToken ? CancellationToken.None : cancellationToken;
            try
            {
                await using var stream = writer.Create("note.txt");
                await stream.WriteAsync(Encoding.UTF8.GetBytes(fault == Fault.LosesTheEnd ? text[..(text.Length / 2)] : text), token);
            }
            catch (StoreException e) when (fault == Fault.WrapsFailures)
            {
                throw new MaterializationException(Id, e.Message, e);
            }
        }

        protected override async ValueTask<Note> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken)
        {
            var token = fault == Fault.IgnoresTheToken ? CancellationToken.None : cancellationToken;
            var bytes = new byte[reader.Single.Length];
            await using var stream = await reader.OpenAsync(reader.Single.Name, token);
            await stream.ReadExactlyAsync(bytes, token);
            var text = Encoding.UTF8.GetString(bytes);
            if (fault == Fault.LooksTypesUp && Type.GetType(text, throwOnError: false) is { } type)
                return new($"{type}");
            return new(text);
        }
    }
}
