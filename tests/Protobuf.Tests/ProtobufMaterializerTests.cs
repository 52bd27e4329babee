using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Plugins.Protobuf.Tests.Kit;
using Cairn.Providers.Memory;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Plugins.Protobuf.Tests;

public sealed class ProtobufMaterializerTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://protobuf", cancellationToken: Cancel), MaterializerRegistry.CreateDefault().Add(new ProtobufMaterializer()));

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task Equal_messages_are_stored_once_in_whatever_order_their_maps_were_filled()
    {
        var one = await _repository.SaveAsync(ProtobufHarness.Map("a", "b", "c"), cancellationToken: Cancel);
        (await _repository.SaveAsync(ProtobufHarness.Map("c", "a", "b"), cancellationToken: Cancel)).Digest.ShouldBe(one.Digest);
        one.Manifest.Facts["message"].ShouldBe("google.protobuf.Struct");
    }

    [Fact]
    public async Task A_message_behind_its_interface_is_saved_as_what_it_is()
    {
        var saved = await _repository.SaveAsync<IMessage>(new Timestamp { Seconds = 9 }, cancellationToken: Cancel);
        (await _repository.LoadAsync<Timestamp>(saved.Digest, Cancel)).Seconds.ShouldBe(9);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<IMessage>(saved.Digest, Cancel))).Message.ShouldContain(
            "saved as Google.Protobuf.WellKnownTypes.Timestamp by protobuf 1");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<Duration>(saved.Digest, Cancel))).Message
            .ShouldContain("it holds a message google.protobuf.Timestamp, and Google.Protobuf.WellKnownTypes.Duration is a google.protobuf.Duration");
    }

    [Fact]
    public async Task Unknown_fields_are_kept_and_an_Any_stays_packed()
    {
        var any = Any.Pack(new Timestamp { Seconds = 4 });
        var saved = await _repository.SaveAsync(any, cancellationToken: Cancel);
        var loaded = await _repository.LoadAsync<Any>(saved.Digest, Cancel);
        loaded.TypeUrl.ShouldBe("type.googleapis.com/google.protobuf.Timestamp");
        loaded.Unpack<Timestamp>().Seconds.ShouldBe(4);
        var newer = new Empty();
        newer.MergeFrom(any.ToByteArray());
        var newerSaved = await _repository.SaveAsync(newer, cancellationToken: Cancel);
        (await _repository.LoadAsync<Empty>(newerSaved.Digest, Cancel)).ToByteArray().ShouldBe(any.ToByteArray());
    }

    [Fact]
    public async Task A_preview_shows_fields_by_number()
    {
        var saved = await _repository.SaveAsync(new Any { TypeUrl = "x/y\u0007", Value = ByteString.CopyFrom(0xFF) }, cancellationToken: Cancel);
        (await _repository.PreviewAsync(saved.Digest, Cancel))!.Text.ShouldBe("google.protobuf.Any\n1: 4 bytes\n2: 1 bytes");
        var t = await _repository.SaveAsync(new Timestamp { Seconds = 3 }, cancellationToken: Cancel);
        (await _repository.PreviewAsync(t.Digest, Cancel))!.Text.ShouldBe("google.protobuf.Timestamp\n1: 3");
        var longSaved = await _repository.SaveAsync(new StringValue { Value = new string('ü', 100_000) }, cancellationToken: Cancel);
        (await _repository.PreviewAsync(longSaved.Digest, Cancel))!.Text.ShouldBe("google.protobuf.StringValue\n…");
    }

    [Fact]
    public async Task Nesting_without_end_is_a_clear_error()
    {
        // A value in a list in a value…, deeper than any message is read; protobuf counts it.
        byte[] content = [];
        for (var depth = 0; depth < 300; depth++)
            content = [0x32, .. Length(content.Length + 1 + Length(content.Length).Length), 0x0A, .. Length(content.Length), .. content];
        var reader = new BytesReader(content);
        await Should.ThrowAsync<InvalidProtocolBufferException>(async () => await new ProtobufMaterializer().LoadAsync(reader, typeof(Value), Cancel));

        static byte[] Length(int length)
        {
            using var stream = new MemoryStream();
            using (var output = new CodedOutputStream(stream, leaveOpen: true))
                output.WriteLength(length);
            return stream.ToArray();
        }
    }

    /// <summary>One file as a materializer reads it.</summary>
    private sealed class BytesReader(byte[] content) : ArtifactReader
    {
        public override IReadOnlyList<ArtifactFile> Files =>
            [new("f", "x/y", content.Length, new Checksum(Checksum.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))))];

        public override string MaterializerId => "protobuf";

        public override int FormatVersion => 1;

        public override IReadOnlyDictionary<string, string> Facts => new Dictionary<string, string>();

        public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => new(new MemoryStream(content));

        public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

        public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
